import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isLayer, LAYERS, type Layer } from '@device-supervisor/repo-check';

/** The package to scaffold. */
export interface ScaffoldRequest {
  /** Kebab-case, without the scope. */
  readonly name: string;
  readonly layer: Layer;
  /** One sentence, without the full stop. */
  readonly description: string;
}

/** A request that cannot be fulfilled as it is. */
export class ScaffoldRequestError extends Error {
  override readonly name = 'ScaffoldRequestError';
}

/**
 * Checks what was asked for on the command line.
 *
 * @throws {@link ScaffoldRequestError} naming what is wrong
 */
export function readRequest(
  root: string,
  { name, layer, description }: Readonly<Partial<Record<keyof ScaffoldRequest, string | undefined>>>,
): ScaffoldRequest {
  if (name === undefined || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new ScaffoldRequestError(`the name must be in kebab-case: ${name ?? 'there is none'}`);
  }
  if (existsSync(join(root, 'packages', name))) throw new ScaffoldRequestError(`packages/${name} exists`);
  if (layer === undefined || !isLayer(layer) || !PACKAGE_LAYERS.includes(layer)) {
    throw new ScaffoldRequestError(`the layer must be one of ${PACKAGE_LAYERS.join(', ')}`);
  }
  if (description === undefined || !/^[^|\n]+[^|\n.]$/.test(description)) {
    throw new ScaffoldRequestError('the description must be one sentence without the full stop');
  }
  return { name, layer, description };
}

/** Apps and tooling have no common shape that could be scaffolded. */
const PACKAGE_LAYERS: readonly Layer[] = Object.keys(LAYERS)
  .filter(isLayer)
  .filter((name) => name !== 'app' && name !== 'tooling');

import {
  decodeTargetStateV2,
  TargetStateError,
  type TargetState,
  type TargetStateIssue,
} from '@device-supervisor/state';
import { isObject } from './is-object.ts';
import type { Project } from './project.ts';
import { toTargetState } from './to-target-state.ts';

/** Findings about the target state that a project becomes. */
export interface TargetFindings {
  /** Impossible values, by the compose path of the target, e.g. `['services', 'web', 'ports', 0]`. */
  readonly faults: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
  /** Parts without effect and the like, a sentence each. */
  readonly remarks: readonly string[];
}

/** Checks a target state beyond its form; faults of other parts do not keep it from running. */
export type TargetCheck = (target: TargetState) => TargetFindings;

/** Decodes the target state that a project becomes, as a supervisor will, and checks what can be decoded of it. */
export function checkTarget(
  project: Project,
  check: TargetCheck = () => ({ faults: [], remarks: [] }),
): TargetFindings {
  const faults = new Map<string, TargetFindings['faults'][number]>();
  let document: unknown = toTargetState(project);
  // A part with a fault is left out, so that faults of the others are found in the same run.
  for (let known = -1; known < faults.size;) {
    known = faults.size;
    const { target, issues } = decode(document);
    if (target !== null) {
      const found = check(target);
      return { faults: [...faults.values(), ...found.faults], remarks: found.remarks };
    }
    for (const { path, message } of issues) {
      if (faults.has(path)) continue;
      faults.set(path, { path: composePath(path, project), message: message.replace(/^Invalid input: /, '') });
      document = without(document, path.split('.'));
    }
  }
  return { faults: [...faults.values()], remarks: [] };
}

type Decoded =
  | { readonly target: TargetState; readonly issues: readonly [] }
  | { readonly target: null; readonly issues: readonly TargetStateIssue[] };

function decode(document: unknown): Decoded {
  try {
    return { target: decodeTargetStateV2(document), issues: [] };
  } catch (error) {
    if (!(error instanceof TargetStateError)) throw error;
    return { target: null, issues: error.details.issues };
  }
}

/** A document without the value at a path; a field of a service is left out whole. */
function without(value: unknown, [key = '', ...rest]: readonly string[], depth = 0): unknown {
  if (!isObject(value)) return value;
  const isLast = rest.length === 0 || depth === DEPTH_OF_FIELD;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, child]) => {
      if (name !== key) return [[name, child]];
      // A service has to have an image.
      if (isLast) return depth === DEPTH_OF_FIELD && name === 'image' ? [[name, name]] : [];
      return [[name, without(child, rest, depth + 1)]];
    }),
  );
}

/** `local.apps.1.services.1.<field>`, or `local.apps.1.<section>.<name>.<field>`. */
const DEPTH_OF_FIELD = 5;

const APP_PATH = /^local\.apps\.\d+\./;

function composePath(path: string, { services }: Project): string[] {
  const [kind = '', key = '', ...rest] = path.replace(APP_PATH, '').split('.');
  if (kind !== 'services') return [kind, key, ...rest].filter((part) => part !== '');
  const name = services[Number(key) - 1]?.name ?? key;
  return [kind, name, ...rest].filter((part) => part !== 'serviceName');
}

import { canonicalReference } from '@device-supervisor/compose';
import type { ProjectService } from '@device-supervisor/compose-project';
import type { Engine } from '@device-supervisor/engine';
import { formatError } from '@device-supervisor/errors';
import type { Screen } from '@device-supervisor/views';
import type Docker from 'dockerode';
import { isNotFound } from '../engine/is-not-found.ts';
import type { RegistryLogins } from '../registry-logins/registry-logins.ts';
import type { Phase } from '../view/phase.ts';
import { createProgressView } from '../view/progress-view.ts';

export interface FetchContext {
  readonly engine: Docker;
  readonly logins: RegistryLogins;
  /** Downloads with the logins. */
  readonly images: Pick<Engine, 'pullImage'>;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

/**
 * Downloads the images of services for whose registry the developer has a login: the supervisor knows no login, and uses
 * an image that is there. It downloads all others itself, and reports and repeats what fails here.
 *
 * @throws the signal's reason when aborted
 */
export async function fetchImages(services: readonly ProjectService[], context: FetchContext): Promise<void> {
  const { images, screen, signal } = context;
  const wanted = await fetchedHere(services, context);
  if (wanted.size === 0) return;
  const phases = new Map<string, Phase>();
  using view = createProgressView(screen);
  const show = (names: readonly string[], phase: Phase): void => {
    for (const name of names) phases.set(name, phase);
    view.update(phases);
  };
  await Promise.all(
    [...wanted].map(async ([reference, names]) => {
      try {
        await images.pullImage(reference, {
          signal,
          onProgress: ({ percent }) => show(names, { kind: 'downloading', percent }),
        });
        show(names, { kind: 'waiting', reason: 'downloaded' });
      } catch (error) {
        signal.throwIfAborted();
        const sentence = `! ${names.join(', ')}: with the login for ${registryOf(reference)}, ${formatError(error)}`;
        screen.print(screen.paint('yellow', sentence));
      }
    }),
  );
}

/** Names of services by the image that they need, the engine lacks and a login is for. */
async function fetchedHere(
  services: readonly ProjectService[],
  { engine, logins }: FetchContext,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const downloaded = services.filter(({ build }) => build === null);
  const wanted = new Map<string, readonly string[]>();
  for (const [reference, users] of Map.groupBy(downloaded, ({ image }) => image)) {
    if (await isPresent(engine, reference)) continue;
    if ((await logins.find(registryOf(reference))) === null) continue;
    wanted.set(
      reference,
      users.map(({ name }) => name),
    );
  }
  return wanted;
}

async function isPresent(engine: Docker, reference: string): Promise<boolean> {
  try {
    await engine.getImage(reference).inspect();
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

function registryOf(reference: string): string {
  const canonical = canonicalReference(reference);
  return canonical.slice(0, canonical.indexOf('/'));
}

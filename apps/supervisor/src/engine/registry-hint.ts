import type { ConfigJson } from '@device-supervisor/config-json';
import { ImagePullError, type Engine } from '@device-supervisor/engine';
import { SupervisorError } from '@device-supervisor/errors';

/** A registry refused an image, and the device does not know whether it is the cloud's, which its key opens. */
export class RegistryUnknownError extends SupervisorError<'REGISTRY_UNKNOWN', { reference: string }> {
  constructor(reference: string, cause: ImagePullError) {
    super('REGISTRY_UNKNOWN', cause.message, {
      details: { reference },
      cause,
      hint: "config.json names no registryEndpoint, so the device's key was not sent. Put the host of the cloud's registry there",
    });
  }
}

type Puller = Pick<Engine, 'pullImage'>;

/** Pulls of a device whose config.json does not name the cloud's registry: a refused one says so. */
export function withRegistryHint({ pullImage }: Puller, { apiEndpoint, registryEndpoint }: ConfigJson): Puller {
  if (apiEndpoint === undefined || registryEndpoint !== undefined) return { pullImage };
  return {
    async pullImage(reference, options) {
      try {
        return await pullImage(reference, options);
      } catch (error) {
        const isRefused = error instanceof ImagePullError && REFUSALS.has(error.details.reason);
        throw isRefused ? new RegistryUnknownError(reference, error) : error;
      }
    },
  };
}

/** Registries hide images from clients without a key: to them, they do not exist. */
const REFUSALS: ReadonlySet<string> = new Set(['unauthorized', 'not-found']);

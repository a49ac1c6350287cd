/** Apps that the conformance table is about: one with a single service, and one with two. */
export const SINGLE = { id: 90_101, uuid: '90101', name: 'single', imageId: 11 } as const;
export const MULTI = { id: 90_102, uuid: '90102', name: 'multi', imageIds: { web: 21, db: 22 } } as const;
export const UNKNOWN_APP = 90_199;

/** The set-up of a row beyond the apps. */
export type Given = 'locked' | 'no key required' | 'managed' | 'lock taken';
/** Of the lock that is taken. */
export const HOLDER = 'test';

/** A device with both apps running, reached over HTTP or in process. */
export interface World {
  readonly keys: { readonly global: string; readonly single: string; readonly multi: string };
  send(request: WorldRequest): Promise<Response>;
  /** Brings about what a row needs; disposing of it restores what was before. */
  given(given: readonly Given[]): Promise<AsyncDisposable>;
}

export interface WorldRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly key?: string | undefined;
  /** Sent as JSON unless it is a string; a string goes as it is, as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The target that both apps come from, in the format of the local API. */
export function worldTarget(image: string): object {
  const service = (serviceName: string, imageId: number, labels = {}) => ({
    serviceName,
    serviceId: imageId,
    imageId,
    image,
    running: true,
    environment: { GREETING: 'hello', MY_API_KEY: 'secret-of-a-service' },
    labels,
    volumes: ['data:/data'],
  });
  const api = { 'io.balena.features.supervisor-api': '1' };
  return {
    local: {
      name: 'bench',
      apps: {
        [SINGLE.id]: {
          name: SINGLE.name,
          commit: 'commit-of-single',
          releaseId: 7,
          services: { 1: service('main', SINGLE.imageId, api) },
          volumes: { data: {} },
          networks: {},
        },
        [MULTI.id]: {
          name: MULTI.name,
          commit: 'commit-of-multi',
          releaseId: 8,
          services: {
            1: service('web', MULTI.imageIds.web, api),
            2: service('db', MULTI.imageIds.db),
          },
          volumes: { data: {} },
          networks: {},
        },
      },
    },
  };
}

import { signal } from '@preact/signals';
import type { ApiClient } from '@device-supervisor/api-client';

/** Something that a person asked for. */
export interface Action {
  /** e.g. `Restart web`. */
  readonly title: string;
  /** The consequence, for the person to confirm; absent: it stops nothing. */
  readonly warning?: string;
  /** Whether update locks may stand against it. */
  readonly isForcible?: boolean;
  run(options: { readonly force: boolean }): Promise<unknown>;
}

export interface Message {
  readonly text: string;
  readonly tone: 'good' | 'bad' | 'busy';
}

/** The action that waits for the person's confirmation. */
export const toConfirm = signal<Action | null>(null);
/** The result of the last action. */
export const message = signal<Message | null>(null);

/** Asks first where the action stops something. */
export function propose(action: Action): void {
  if (action.warning === undefined) void carryOut(action, false);
  else toConfirm.value = action;
}

export async function carryOut({ title, run }: Action, force: boolean): Promise<void> {
  toConfirm.value = null;
  message.value = { text: `${title} …`, tone: 'busy' };
  try {
    await run({ force });
    message.value = { text: `${title}: done`, tone: 'good' };
  } catch (error) {
    message.value = { text: `${title}: ${error instanceof Error ? error.message : String(error)}`, tone: 'bad' };
  }
}

export type ServiceVerb = 'restart' | 'stop' | 'start';

/** Actions on services and the device as a whole. */
export function createActions(client: ApiClient) {
  const { http } = client;
  const text = { parseAs: 'text' } as const;
  return {
    service(verb: ServiceVerb, appId: number, serviceName: string): Action {
      const request = {
        params: { path: { appId: String(appId) } },
        ...text,
      };
      return {
        title: `${VERBS[verb]} ${serviceName}`,
        isForcible: true,
        ...(WARNINGS[verb] === undefined ? {} : { warning: WARNINGS[verb] }),
        run: ({ force }) => {
          const body = { serviceName, force };
          if (verb === 'restart') return http.POST('/v2/applications/{appId}/restart-service', { ...request, body });
          if (verb === 'stop') return http.POST('/v2/applications/{appId}/stop-service', { ...request, body });
          return http.POST('/v2/applications/{appId}/start-service', { ...request, body });
        },
      };
    },
    app(verb: 'restart' | 'purge', appId: number, name: string): Action {
      const params = { path: { appId: String(appId) } };
      return {
        title: verb === 'restart' ? `Restart all services of ${name}` : `Purge ${name}`,
        isForcible: true,
        warning:
          verb === 'restart'
            ? 'All services of the app stop, and start in new containers. Volumes stay.'
            : 'All services of the app stop, and ALL DATA in its volumes is deleted. This cannot be undone.',
        run: ({ force }) =>
          verb === 'restart'
            ? http.POST('/v2/applications/{appId}/restart', { params, body: { force }, ...text })
            : http.POST('/v2/applications/{appId}/purge', { params, body: { force }, ...text }),
      };
    },
    update: {
      title: 'Look for an update',
      run: () => http.POST('/v1/update', { body: {}, ...text }),
    } satisfies Action,
    force: {
      title: 'Update now',
      warning: 'Services that hold an update lock are stopped in the middle of what they protect.',
      run: () => http.POST('/v1/update', { body: { force: true }, ...text }),
    } satisfies Action,
    cancel: {
      title: 'Cancel the update',
      warning: 'What is running goes on as it is; the update is taken up again when something new is asked for.',
      run: () => http.POST('/v1/update', { body: { cancel: true }, ...text }),
    } satisfies Action,
    releaseLock(appUuid: string, service: string, holder: string): Action {
      return {
        title: `Release the lock of ${service}`,
        warning: `${holder} protects something; without its lock, an update may stop the service in the middle of it.`,
        run: () =>
          http.DELETE('/v3/apps/{uuid}/locks/{service}', {
            params: { path: { uuid: appUuid, service }, query: { holder } },
          }),
      };
    },
    power(verb: 'reboot' | 'shutdown'): Action {
      return {
        title: verb === 'reboot' ? 'Reboot the device' : 'Shut the device down',
        isForcible: true,
        warning:
          verb === 'reboot'
            ? 'All services stop, and the device restarts.'
            : 'All services stop. The device stays off until it is switched on by hand.',
        run: ({ force }) =>
          verb === 'reboot'
            ? http.POST('/v1/reboot', { body: { force } })
            : http.POST('/v1/shutdown', { body: { force } }),
      };
    },
    blink: { title: 'Blink the LED', run: () => http.POST('/v1/blink', { body: {}, ...text }) } satisfies Action,
  };
}

export type Actions = ReturnType<typeof createActions>;

const VERBS: Readonly<Record<ServiceVerb, string>> = { restart: 'Restart', stop: 'Stop', start: 'Start' };
const WARNINGS: Readonly<Partial<Record<ServiceVerb, string>>> = {
  restart: 'Its container is removed, and a new one is started. Volumes stay.',
  stop: 'It stays stopped until it is started, its target changes, or the supervisor restarts.',
};

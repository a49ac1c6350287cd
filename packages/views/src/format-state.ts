import type { AppState, Blocked, DeviceState, Notice, ServiceState } from '@device-supervisor/api-client';
import { formatTable, plainText, type Cell } from './format-table.ts';
import type { Format, Paint } from './paint.ts';

/** Characters of ids and commits that are shown. */
const SHORT = 12;

export interface StateViewOptions {
  readonly paint: Paint;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The state of a device: its services, whether it is at its target, and blocked parts. */
export function formatState(state: DeviceState, options: StateViewOptions): string[] {
  const { paint } = options;
  const progress = state.overallDownloadProgress === null ? '' : `, downloads at ${state.overallDownloadProgress} %`;
  return [
    state.applying
      ? paint('cyan', `Applying the target${progress}`)
      : paint('green', 'At its target: nothing is left to do'),
    ...state.apps.flatMap((app) => ['', ...formatApp(app, options)]),
    ...(state.apps.length === 0 ? ['', 'No apps.'] : []),
    ...formatHindrances(state, paint),
  ];
}

function formatApp({ name, appId, commit, updateStatus, services }: AppState, options: StateViewOptions): string[] {
  const { paint } = options;
  const release = commit === null ? 'no release runs completely' : `release ${plainText(commit).slice(0, SHORT)}`;
  return [
    `${paint('bold', plainText(name))} (app ${appId}, ${release}, ${updateStatus})`,
    ...(services.length === 0
      ? ['  no services']
      : formatTable(
          ['SERVICE', 'STATUS', 'HEALTH', 'SINCE', 'PORTS', 'IMAGE', 'CONTAINER'],
          services.map((service) => serviceRow(service, options)),
          paint,
        ).map((line) => `  ${line}`)),
  ];
}

function serviceRow(service: ServiceState, { now }: StateViewOptions): Cell[] {
  const { name, status, health, downloadProgress, createdAt, ports, image, containerId } = service;
  return [
    name,
    { text: downloadProgress === null ? status : `${status} ${downloadProgress} %`, format: statusFormat(service) },
    health === 'none' ? '-' : { text: health, format: health === 'healthy' ? 'green' : 'yellow' },
    createdAt === null ? '-' : formatAge(now - createdAt),
    ports.map(({ hostIp, hostPort, containerPort }) => `${hostIp}:${hostPort}→${containerPort}`).join(', ') || '-',
    shortImage(image),
    containerId?.slice(0, SHORT) ?? '-',
  ];
}

function statusFormat({ status, health }: ServiceState): Format {
  if (health === 'unhealthy' || status === 'Dead' || status === 'restarting') return 'red';
  if (status === 'Running') return 'green';
  return status === 'exited' || status === 'paused' ? 'yellow' : 'cyan';
}

/** The end of a long reference says more than its registry. */
function shortImage(image: string): string {
  const text = plainText(image).replace(/^sha256:/, '');
  return text.length <= 40 ? text : `…${text.slice(-39)}`;
}

/** e.g. `12 s`, `3 min`, `5 h`, `9 d`. @param milliseconds below 0 when the clocks differ */
export function formatAge(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** Blocked parts with their reasons, and fields of the target without effect. */
export function formatHindrances(
  { blocked, notices }: { readonly blocked: readonly Blocked[]; readonly notices: readonly Notice[] },
  paint: Paint,
): string[] {
  return [
    ...(blocked.length === 0 ? [] : ['', paint('bold', 'Waits')]),
    ...blocked.map(
      (one) => `  ${paint('yellow', subjectOf(one))}  ${plainText(one.message)} (${plainText(one.reason)})`,
    ),
    ...(notices.length === 0 ? [] : ['', paint('bold', 'Without effect on this device')]),
    ...notices.map((one) => `  ${subjectOf(one)}  ${plainText(one.field)}: ${plainText(one.reason)}`),
  ];
}

/** e.g. `main (app 7)`, `app 7`, `device`. */
export function subjectOf({ appId, service }: Pick<Blocked, 'appId' | 'service'>): string {
  if (appId === null) return service === null ? 'device' : plainText(service);
  return service === null ? `app ${appId}` : `${plainText(service)} (app ${appId})`;
}

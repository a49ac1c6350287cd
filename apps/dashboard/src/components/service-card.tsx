import type { AppState, ServiceState } from '@device-supervisor/api-client';
import { propose, type Actions } from '../model/actions.ts';
import type { Progress } from '../model/activity.ts';
import type { DeviceStore } from '../model/device-store.ts';
import { formatBytes, formatDuration, formatPercent, shorten } from '../model/format.ts';
import { addressOf } from '../model/route.ts';
import { crashReason, isCrashing, type Tone } from '../model/summarise-device.ts';
import { Badge } from './badge.tsx';
import { Icon } from './icon.tsx';
import { ProgressBar } from './progress-bar.tsx';
import { formatProgress } from './step-list.tsx';

interface ServiceCardProps {
  readonly store: DeviceStore;
  readonly actions: Actions;
  readonly app: AppState;
  readonly service: ServiceState;
}

/** One container of a service, or the image on its way to one. */
export function ServiceCard({ store, actions, app, service }: ServiceCardProps) {
  const { name, status, health, restarts, exitCode, ports } = service;
  const download = downloadOf(store, app, service);
  const isOff = status === 'exited' || status === 'Dead' || status === 'Installed';
  return (
    <li class="service">
      <div class="service-head">
        <h3>{name}</h3>
        <Badge tone={toneOf(service)}>{isCrashing(service) ? 'Crashing' : (STATUS_WORDS[status] ?? status)}</Badge>
        {health !== 'none' && status === 'Running' && <Badge tone={HEALTH_TONES[health]}>{health}</Badge>}
      </div>
      {(download !== null || service.downloadProgress !== null) && (
        <div class="download">
          <ProgressBar percent={download?.percent ?? service.downloadProgress ?? 0} label={`Download of ${name}`} />
          <small>{download === null ? `${service.downloadProgress ?? 0} %` : formatProgress(download)}</small>
        </div>
      )}
      {isCrashing(service) && <p class="fault">{crashReason(service)}</p>}
      <ServiceFacts store={store} app={app} service={service} />
      {ports.length > 0 && (
        <p class="ports">
          {describePorts(ports).map((text) => (
            <span class="tag" key={text}>
              {text}
            </span>
          ))}
        </p>
      )}
      <div class="service-actions">
        <a class="button plain" href={addressOf('logs', name)} aria-label={`Logs of ${name}`}>
          <Icon name="logs" /> Logs
        </a>
        <ActionButton verb="restart" name={name} onClick={() => propose(actions.service('restart', app.appId, name))} />
        {isOff ? (
          <ActionButton verb="start" name={name} onClick={() => propose(actions.service('start', app.appId, name))} />
        ) : (
          <ActionButton verb="stop" name={name} onClick={() => propose(actions.service('stop', app.appId, name))} />
        )}
      </div>
      {restarts > 0 && exitCode !== null && !isCrashing(service) && (
        <small class="note">Last exit code {exitCode}</small>
      )}
    </li>
  );
}

interface ActionButtonProps {
  readonly verb: 'restart' | 'stop' | 'start';
  readonly name: string;
  readonly onClick: () => void;
}

function ActionButton({ verb, name, onClick }: ActionButtonProps) {
  const word = verb.charAt(0).toUpperCase() + verb.slice(1);
  return (
    <button type="button" class="plain" aria-label={`${word} ${name}`} onClick={onClick}>
      <Icon name={verb} /> {word}
    </button>
  );
}

function ServiceFacts({ store, app, service }: Omit<ServiceCardProps, 'actions'>) {
  const { name, startedAt, restarts, status, image } = service;
  const usage = store.usage.value.at(-1)?.services.find((one) => one.appId === app.appId && one.service === name);
  const isUp = startedAt !== null && status === 'Running';
  return (
    <dl class="facts">
      <div>
        <dt>Up for</dt>
        <dd>{isUp ? formatDuration(store.now.value - startedAt) : '–'}</dd>
      </div>
      <div>
        <dt>Restarts</dt>
        <dd class={restarts > 0 ? 'warn-text' : ''}>{restarts}</dd>
      </div>
      <div>
        <dt>CPU</dt>
        <dd>{usage?.cpuPercent == null ? '–' : formatPercent(usage.cpuPercent)}</dd>
      </div>
      <div>
        <dt>Memory</dt>
        <dd>{usage === undefined ? '–' : formatBytes(usage.memoryBytes)}</dd>
      </div>
      <div class="wide">
        <dt>Image</dt>
        <dd title={image}>{describeImage(image)}</dd>
      </div>
    </dl>
  );
}

function downloadOf({ activity }: DeviceStore, { appId }: AppState, { name, status }: ServiceState): Progress | null {
  if (status !== 'Downloading') return null;
  const pull = [...activity.value.running.values()].find(
    ({ operation }) => operation.kind === 'pull-image' && operation.appId === appId && operation.service === name,
  );
  return pull?.progress ?? null;
}

/** A port is open on addresses of both kinds: it is named once. */
function describePorts(ports: ServiceState['ports']): readonly string[] {
  return [...new Set(ports.map(({ hostPort, containerPort }) => `${hostPort} → ${containerPort}`))];
}

/** The end of a reference: its name and tag, or the beginning of its digest. */
function describeImage(image: string): string {
  const [name = '', digest] = image.split('@');
  const short = name.split('/').at(-1) ?? name;
  return digest === undefined ? short : `${short}@${shorten(digest)}`;
}

function toneOf(service: ServiceState): Tone {
  if (isCrashing(service)) return 'bad';
  return STATUS_TONES[service.status] ?? 'busy';
}

const STATUS_TONES: Readonly<Record<string, Tone>> = {
  Running: 'good',
  exited: 'idle',
  Dead: 'bad',
  paused: 'warn',
  Installed: 'idle',
};
const STATUS_WORDS: Readonly<Record<string, string>> = { exited: 'Stopped', paused: 'Paused', restarting: 'Crashing' };
const HEALTH_TONES: Readonly<Record<Exclude<ServiceState['health'], 'none'>, Tone>> = {
  starting: 'busy',
  healthy: 'good',
  unhealthy: 'bad',
};

import { BlockedList } from '../components/blocked-list.tsx';
import { Card, Empty } from '../components/card.tsx';
import { DependencyPicture } from '../components/dependency-picture.tsx';
import { Icon } from '../components/icon.tsx';
import { ProgressBar } from '../components/progress-bar.tsx';
import { ProblemList } from '../components/problem-list.tsx';
import { ServiceCard } from '../components/service-card.tsx';
import { Timeline } from '../components/timeline.tsx';
import { propose, type Actions } from '../model/actions.ts';
import type { TimelineEntry } from '../model/activity.ts';
import type { DeviceStore } from '../model/device-store.ts';
import { formatBytes, formatPercent, shorten } from '../model/format.ts';
import { addressOf } from '../model/route.ts';
import { StatusHero } from '../components/status-hero.tsx';

export interface ViewProps {
  readonly store: DeviceStore;
  readonly actions: Actions;
}

const RECENT = 6;

/** The device at a glance. */
export function OverviewView({ store, actions }: ViewProps) {
  const state = store.state.value;
  if (state === null) {
    return (
      <>
        <h1 class="view-title">Overview</h1>
        <Empty>Reading the state of the device …</Empty>
      </>
    );
  }
  const health = store.health.value;
  const conditions = health?.conditions ?? [];
  const problems = health?.problems ?? [];
  const recent = store.activity.value.timeline.filter(isOutcome).slice(-RECENT);
  return (
    <>
      <StatusHero store={store} actions={actions} state={state} />
      <div class="columns">
        {(conditions.length > 0 || problems.length > 0) && (
          <Card title="Health" tone="warn" aside={<span class="count">{conditions.length + problems.length}</span>}>
            <ProblemList conditions={conditions} problems={problems} />
          </Card>
        )}
        {state.blocked.length > 0 && (
          <Card title="Waiting" aside={<a href={addressOf('plan')}>Plan</a>}>
            <BlockedList store={store} blocked={state.blocked} />
          </Card>
        )}
      </div>
      {state.apps.map((app) => (
        <Card
          key={app.appId}
          title={app.name}
          aside={
            <span class="app-aside">
              {app.commit !== null && (
                <span class="tag" title={app.commit}>
                  release {shorten(app.commit, 7)}
                </span>
              )}
              <button type="button" class="plain" onClick={() => propose(actions.app('restart', app.appId, app.name))}>
                <Icon name="restart" /> Restart all
              </button>
            </span>
          }
        >
          {app.services.length === 0 ? (
            <Empty>This app has no services.</Empty>
          ) : (
            <ul class="services">
              {app.services.map((service) => (
                <ServiceCard key={`${service.name} ${service.containerId}`} {...{ store, actions, app, service }} />
              ))}
            </ul>
          )}
        </Card>
      ))}
      {state.apps.length === 0 && (
        <Card title="Services">
          <Empty>This device has no apps. Set a target, and they appear here.</Empty>
        </Card>
      )}
      <div class="columns">
        {state.apps
          .filter(({ services }) => services.length > 1)
          .map((app) => (
            <Card key={app.appId} title={state.apps.length === 1 ? 'Dependencies' : `Dependencies of ${app.name}`}>
              <DependencyPicture app={app} />
            </Card>
          ))}
        <Card title="Lately" aside={<a href={addressOf('events')}>All events</a>}>
          {recent.length === 0 ? (
            <Empty>Nothing has happened yet.</Empty>
          ) : (
            <Timeline entries={recent} now={store.now.value} />
          )}
        </Card>
        <DeviceFigures store={store} />
      </div>
    </>
  );
}

/** Beginnings, and what was planned again before it began, are for the view of all events. */
function isOutcome({ event, data }: TimelineEntry): boolean {
  return (
    event !== 'operation-started' && !('result' in data && (data.result === 'cancelled' || data.result === 'skipped'))
  );
}

function DeviceFigures({ store }: { readonly store: DeviceStore }) {
  const sample = store.usage.value.at(-1);
  const memory = sample?.memoryBytes ?? null;
  const total = sample?.memoryTotalBytes ?? null;
  return (
    <Card title="Resources" aside={<a href={addressOf('usage')}>Last hour</a>}>
      <ul class="figures">
        <li>
          <span>CPU</span>
          <strong>{sample?.cpuPercent == null ? '–' : formatPercent(sample.cpuPercent)}</strong>
          {sample?.cpuPercent != null && <ProgressBar percent={sample.cpuPercent} label="CPU in use" />}
        </li>
        <li>
          <span>Memory</span>
          <strong>
            {memory === null
              ? '–'
              : total === null
                ? formatBytes(memory)
                : `${formatBytes(memory)} of ${formatBytes(total)}`}
          </strong>
          {memory !== null && total !== null && <ProgressBar percent={(memory / total) * 100} label="Memory in use" />}
        </li>
      </ul>
    </Card>
  );
}

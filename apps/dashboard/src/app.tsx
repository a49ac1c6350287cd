import { useEffect } from 'preact/hooks';
import type { ApiClient } from '@device-supervisor/api-client';
import { ActionMessage } from './components/action-message.tsx';
import { ConfirmDialog } from './components/confirm-dialog.tsx';
import { ConnectionBanner, ConnectionStatus } from './components/connection-status.tsx';
import { Icon, type IconName } from './components/icon.tsx';
import type { Actions } from './model/actions.ts';
import type { DeviceStore } from './model/device-store.ts';
import { addressOf, place, VIEWS, type View } from './model/route.ts';
import { DeviceView } from './views/device-view.tsx';
import { EventsView } from './views/events-view.tsx';
import { LogsView } from './views/logs-view.tsx';
import { OverviewView } from './views/overview-view.tsx';
import { PlanView } from './views/plan-view.tsx';
import { SignInView } from './views/sign-in-view.tsx';
import { UsageView } from './views/usage-view.tsx';

interface AppProps {
  readonly client: ApiClient;
  readonly store: DeviceStore;
  readonly actions: Actions;
}

export function App({ client, store, actions }: AppProps) {
  const { view } = place.value;
  const name = store.info.value?.name ?? '';
  useEffect(() => {
    document.title = `${TITLES[view]} · ${name === '' ? 'Device' : name}`;
  }, [view, name]);
  if (store.needsKey.value) return <SignInView onKey={() => store.signIn()} />;
  const props = { store, actions, client };
  return (
    <div class="frame">
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <header class="top">
        <p class="brand">
          <Icon name="device" />
          <span>{name === '' ? 'Device' : name}</span>
        </p>
        <Navigation current={view} waiting={store.state.value?.blocked.length ?? 0} />
        <ConnectionStatus store={store} />
      </header>
      <main id="content" tabIndex={-1} class={`view ${view}`}>
        <ConnectionBanner store={store} />
        <CurrentView view={view} {...props} />
      </main>
      <ActionMessage />
      <ConfirmDialog />
    </div>
  );
}

function CurrentView({ view, ...props }: AppProps & { readonly view: View }) {
  switch (view) {
    case 'overview':
      return <OverviewView {...props} />;
    case 'plan':
      return <PlanView {...props} />;
    case 'logs':
      return <LogsView {...props} />;
    case 'events':
      return <EventsView {...props} />;
    case 'usage':
      return <UsageView {...props} />;
    case 'device':
      return <DeviceView {...props} />;
  }
}

function Navigation({ current, waiting }: { readonly current: View; readonly waiting: number }) {
  return (
    <nav aria-label="Views">
      <ul>
        {VIEWS.map((view) => (
          <li key={view}>
            <a href={addressOf(view)} aria-current={view === current ? 'page' : undefined}>
              <Icon name={ICONS[view]} />
              <span>{TITLES[view]}</span>
              {view === 'plan' && waiting > 0 && (
                <span class="count" title={`${waiting} waiting`}>
                  {waiting}
                </span>
              )}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

const TITLES: Readonly<Record<View, string>> = {
  overview: 'Overview',
  plan: 'Plan',
  logs: 'Logs',
  events: 'Events',
  usage: 'Resources',
  device: 'Device',
};

const ICONS: Readonly<Record<View, IconName>> = {
  overview: 'overview',
  plan: 'plan',
  logs: 'logs',
  events: 'events',
  usage: 'usage',
  device: 'device',
};

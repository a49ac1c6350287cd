import { useEffect, useState } from 'preact/hooks';
import { dataOf, type ApiClient, type HostConfig } from '@device-supervisor/api-client';
import { Badge } from '../components/badge.tsx';
import { Card, Empty } from '../components/card.tsx';
import { FactList } from '../components/fact-list.tsx';
import { HostConfigForm } from '../components/host-config-form.tsx';
import { Icon } from '../components/icon.tsx';
import { ProblemList } from '../components/problem-list.tsx';
import { propose } from '../model/actions.ts';
import { formatDuration } from '../model/format.ts';
import { rememberKey, sessionKey } from '../model/session-key.ts';
import type { ViewProps } from './overview-view.tsx';

/** Facts and metrics of the device, and actions on it as a whole. */
export function DeviceView({ store, actions, client }: ViewProps & { readonly client: ApiClient }) {
  const info = store.info.value;
  const health = store.health.value;
  const problems = health?.problems ?? [];
  const conditions = health?.conditions ?? [];
  return (
    <>
      <h1 class="view-title">Device</h1>
      <div class="columns">
        <Card title="Identity">
          {info === null ? (
            <Empty>Reading …</Empty>
          ) : (
            <FactList
              facts={[
                ['Name', info.name],
                ['UUID', info.uuid],
                ['Type', `${info.type} (${info.arch})`],
                ['Host OS', info.os],
                ['Kernel', info.kernel],
                ['Supervisor', describeBuild(info.supervisor)],
                ['Contract', info.supervisor.contract],
                ['Mode', info.localMode ? 'local: a developer sets the target' : 'managed: the cloud sets the target'],
              ]}
            />
          )}
        </Card>
        <Card title="Network">
          {info !== null && (
            <FactList
              facts={[
                ['Addresses', info.api.ip.join(', ')],
                ['MAC', info.api.mac.join(', ')],
                ['API port', String(info.api.port)],
                ['Cloud', info.cloud.endpoint ?? 'none'],
                [
                  'Connection',
                  <CloudBadge
                    key="cloud"
                    endpoint={info.cloud.endpoint}
                    connected={health?.cloudConnected ?? info.cloud.connected}
                  />,
                ],
                ['Engine', <EngineBadge key="engine" connected={health?.engineConnected ?? null} />],
                ['Supervisor up for', health === null ? '' : formatDuration(health.uptimeSeconds * 1000)],
              ]}
            />
          )}
        </Card>
      </div>
      <Card title="Health" {...(conditions.length + problems.length > 0 ? { tone: 'warn' as const } : {})}>
        {conditions.length + problems.length === 0 ? (
          <Empty>{health === null ? 'Reading …' : 'Everything of the device works.'}</Empty>
        ) : (
          <ProblemList conditions={conditions} problems={problems} />
        )}
      </Card>
      <HostConfigCard client={client} />
      <Card title="Power">
        <div class="buttons start">
          <button type="button" class="plain" onClick={() => propose(actions.blink)}>
            Blink the LED
          </button>
          <button type="button" class="danger plain" onClick={() => propose(actions.power('reboot'))}>
            <Icon name="restart" /> Reboot
          </button>
          <button type="button" class="danger plain" onClick={() => propose(actions.power('shutdown'))}>
            <Icon name="power" /> Shut down
          </button>
        </div>
      </Card>
      {sessionKey.value !== '' && (
        <Card title="Signed in">
          <p>With a key that this tab keeps until it is closed.</p>
          <button
            type="button"
            class="plain"
            onClick={() => {
              rememberKey('');
              location.reload();
            }}
          >
            <Icon name="key" /> Sign out
          </button>
        </Card>
      )}
    </>
  );
}

function HostConfigCard({ client }: { readonly client: ApiClient }) {
  const [config, setConfig] = useState<HostConfig | null>(null);
  const [failure, setFailure] = useState('');
  const read = (): void => {
    dataOf(client.http.GET('/v1/device/host-config'))
      .then(setConfig)
      .catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)));
  };
  useEffect(read, [client]);
  return (
    <Card title="Host name and proxy">
      {config === null ? (
        <Empty>{failure === '' ? 'Reading …' : failure}</Empty>
      ) : (
        <HostConfigForm key={JSON.stringify(config)} client={client} config={config} onSaved={read} />
      )}
    </Card>
  );
}

function CloudBadge({ endpoint, connected }: { readonly endpoint: string | null; readonly connected: boolean | null }) {
  if (endpoint === null) return <Badge tone="idle">not used</Badge>;
  if (connected === null) return <Badge tone="idle">not known</Badge>;
  return connected ? <Badge tone="good">connected</Badge> : <Badge tone="bad">away</Badge>;
}

function EngineBadge({ connected }: { readonly connected: boolean | null }) {
  if (connected === null) return <Badge tone="idle">not known</Badge>;
  return connected ? <Badge tone="good">connected</Badge> : <Badge tone="bad">away</Badge>;
}

function describeBuild({
  version,
  commit,
}: {
  readonly version: string | null;
  readonly commit: string | null;
}): string {
  return version === null ? '' : `${version}${commit === null ? '' : `, commit ${commit}`}`;
}

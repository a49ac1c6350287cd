import { waitFor } from '@device-supervisor/testbed';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { PLAIN_HOST } from '../src/documented-commands.ts';
import { buildImageFixture, type ImageFixture } from './image-fixture.ts';
import { startPlainHost, type PlainHost } from './plain-host.ts';

let fixture: ImageFixture;
let plain: PlainHost;
const UNIT = '/etc/systemd/system/supervisor.service';
/** The documented times are minutes. */
const SHORTER = '[Service]\nWatchdogSec=10\nTimeoutAbortSec=2\nRestartSec=1\n';

beforeAll(async () => {
  fixture = await buildImageFixture();
  plain = await startPlainHost(inject('engineEndpoint'), fixture);
  // systemd then logs each message that a unit sends.
  await plain.host.exec('systemctl log-level debug');
  await plain.run(PLAIN_HOST, 'docker load');
  await plain.run(PLAIN_HOST, 'mkdir -p /etc/supervisor');
  await plain.run(PLAIN_HOST, 'docker export');
  await plain.write(UNIT, await plain.documented(PLAIN_HOST, 'RootDirectory='));
  await plain.write(`${UNIT}.d/shorter.conf`, SHORTER);
  await plain.run('Preloaded apps', 'cp apps.json');
});
afterAll(async () => {
  await plain[Symbol.asyncDispose]();
  await fixture[Symbol.asyncDispose]();
});

/** The messages that the unit has sent to systemd since the host booted, in order. */
async function messages(): Promise<string[]> {
  const journal = await plain.host.exec(
    'journalctl --sync && journalctl --no-pager -o cat _PID=1 UNIT=supervisor.service',
  );
  return [...journal.matchAll(/Got notification message from PID \d+ \((?:[^)]*, )?([A-Z]+=1)\)/g)].map(
    ([, text]) => text ?? '',
  );
}

const property = async (name: string): Promise<string> =>
  (await plain.host.exec(`systemctl show --value --property=${name} supervisor`)).trim();

it('has started when it answers: READY', async () => {
  // The command waits for the unit.
  await plain.host.exec('systemctl daemon-reload && systemctl start supervisor');
  expect(await plain.get('/ping')).toBe('OK');
  expect(await plain.unit()).toMatchObject({ activeState: 'active', subState: 'running' });
  expect(await messages()).toContain('READY=1');
});

it('says that it lives, as long as it does: WATCHDOG', async () => {
  const { invocationId } = await plain.unit();
  const first = await property('WatchdogTimestampMonotonic');
  await waitFor('the next sign of life', () => property('WatchdogTimestampMonotonic'), {
    until: (now) => now !== first,
  });
  await waitFor('several', messages, { until: (all) => all.filter((one) => one === 'WATCHDOG=1').length >= 3 });
  expect((await plain.unit()).invocationId).toBe(invocationId);
});

it('is started again by systemd when it hangs, and its app runs on', async () => {
  const apps = await plain.settled();
  const { invocationId } = await plain.unit();
  const pid = await property('MainPID');
  await plain.host.exec(`kill -STOP ${pid}`);
  await waitFor('the restart', () => plain.unit(), {
    until: (unit) => unit.activeState === 'active' && unit.invocationId !== invocationId,
  });
  expect(await plain.host.exec('journalctl --no-pager -o cat _PID=1')).toContain('Watchdog timeout');
  expect(await property('MainPID')).not.toBe(pid);
  expect(await plain.settled()).toEqual(apps);
});

it('says that it stops: STOPPING', async () => {
  // The one that hung could not.
  expect(await messages()).not.toContain('STOPPING=1');
  await plain.host.exec('systemctl stop supervisor');
  expect((await messages()).at(-1)).toBe('STOPPING=1');
  expect(await plain.unit()).toMatchObject({ activeState: 'inactive' });
  expect(await property('Result')).toBe('success');
});

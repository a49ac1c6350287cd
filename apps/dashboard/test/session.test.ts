import { randomBytes } from 'node:crypto';
import {
  busyboxImage,
  freePort,
  pushImage,
  startAppFixture,
  startRegistryProxy,
  startSupervisor,
  type AppFixture,
  type FixtureService,
  type SupervisorProcess,
} from '@device-supervisor/testbed';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import * as z from 'zod';
import { startBrowser, type TestBrowser, type TestPage } from './browser.ts';

const APP = 90_310;
const MEGABYTE = 1_000_000;

let fixture: AppFixture;
let supervisor: SupervisorProcess;
let browser: TestBrowser;
let tab: TestPage;

beforeAll(async () => {
  fixture = await startAppFixture(APP);
  await fixture.buildImage({
    tag: 'crash:1',
    cmd: ['sh', '-c', 'echo starting; echo cannot open /etc/web.conf >&2; exit 3'],
  });
  await fixture.buildImage({
    tag: 'hello:1',
    cmd: ['sh', '-c', 'while true; do echo GET /index.html 200; sleep 1; done'],
  });
  await fixture.buildImage({
    tag: 'hostile:1',
    cmd: [
      'sh',
      '-c',
      `while true; do
        echo '<img src=x onerror=alert(1)><script>alert(2)</script>'
        printf '\\033[31mred\\033[0m and plain, user\\342\\200\\256gnp.exe\\033]0;title\\007\\n'
        head -c 12000 /dev/zero | tr '\\0' a; echo
        sleep 2
      done`,
    ],
  });
  await fixture.buildImage({
    tag: 'healthy:1',
    healthcheck: { command: ['true'], interval: 1_000, timeout: 60_000, retries: 3 },
  });
  // The same port after a restart, as on a device.
  supervisor = await startSupervisor({ engineEndpoint: fixture.engine.endpoint, port: await freePort() });
  browser = await startBrowser();
  tab = await browser.open(supervisor.url('/'));
});

afterAll(async () => {
  await browser[Symbol.asyncDispose]();
  await fixture.removeAll(supervisor);
  await supervisor[Symbol.asyncDispose]();
  await fixture[Symbol.asyncDispose]();
});

it('shows a session from the first deployment to an engine that was away', async () => {
  await headline('Nothing to run');
  await tab.look('01-empty');

  await using registry = await startRegistryProxy(inject('registry'));
  registry.breakWith(({ length }) => (length > 2 * MEGABYTE ? { after: MEGABYTE, end: 'drip' } : undefined));
  const content = randomBytes(3 * MEGABYTE).toString('base64');
  await busyboxImage(inject('engineEndpoint'), {
    tag: 'slow:1',
    cmd: ['sleep', '100000'],
    files: { '/content': content },
  });
  await pushImage(inject('engineEndpoint'), inject('registry'), 'slow:1');
  await deploy({ web: { image: `${registry.host}/slow:1`, depends_on: ['db'] } });
  await see(/MB of [\d.]+ MB · \d+ %/);
  await headline('The device is changing');
  await tab.look('02-deploying');
  await visit('Plan');
  await tab.page.locator('.step.running').filter({ hasText: 'Pull image' }).waitFor();
  await tab.page.locator('.step.waiting').filter({ hasText: 'Start container' }).waitFor();
  await tab.look('03-deploying-plan');

  await visit('Overview');
  // A terminal, which services have by default, makes one stream of two.
  await deploy({ web: { image: 'crash:1', restart: 'always', tty: false, depends_on: ['db'] } });
  await headline('web keeps crashing');
  await see(/ended with exit code 3/);
  await tab.look('04-crash-loop');
  await tab.page.getByRole('link', { name: 'Logs of web' }).click();
  await see('cannot open /etc/web.conf');
  await tab.page.getByLabel('Errors alone').check();
  await tab.page.getByLabel('Search').fill('WEB.CONF');
  await tab.page.locator('mark').first().waitFor();
  expect(await tab.page.locator('.log-line').filter({ hasText: 'starting' }).count()).toBe(0);
  await tab.look('05-crash-logs');

  await visit('Overview');
  await deploy(FIXED);
  await headline('The device is at its target');
  await see('3 services running');
  await tab.look('06-fixed');

  await hold('web');
  await deploy({ ...FIXED, web: { ...FIXED.web, environment: { MODE: 'fast' } } });
  await headline('web waits for an update lock');
  await see(/backup, for web \(nightly backup\), until/);
  await tab.look('07-locked');
  await visit('Plan');
  await see('By backup: nightly backup');
  await tab.look('08-locked-plan');
  await visit('Overview');
  await tab.page.getByRole('button', { name: 'Update now, despite the lock' }).click();
  await tab.look('09-confirmation');
  await tab.page.keyboard.press('Escape');
  await headline('web waits for an update lock');
  await tab.page.getByRole('button', { name: 'Update now, despite the lock' }).click();
  await tab.page.getByRole('dialog').getByRole('button', { name: 'Update now' }).click();
  await headline('The device is at its target');

  // The forced update took the lock away.
  await hold('web');
  await deploy({ ...FIXED, web: { ...FIXED.web, environment: { MODE: 'slow' } } });
  await headline('web waits for an update lock');
  await tab.page.getByRole('button', { name: 'Cancel the update' }).click();
  await tab.page.getByRole('dialog').getByRole('button', { name: 'Cancel the update' }).click();
  await headline(/was cancelled/);
  await tab.look('10-cancelled');

  await fixture.engine.kill();
  await headline('The container engine is away');
  await tab.look('11-engine-away');
  await fixture.engine.revive();
  await tab.page.getByRole('heading', { name: 'The container engine is away' }).waitFor({ state: 'detached' });
});

it('stops and starts a service when the person confirms it', async () => {
  await release('web');
  await deploy(FIXED);
  await headline('The device is at its target');
  // Exactly: the name of the button that restarts it ends in the same words.
  const button = (name: string) => tab.page.getByRole('button', { name, exact: true });
  await button('Stop db').click();
  await tab.page.getByRole('dialog').getByRole('button', { name: 'Stop db' }).click();
  await button('Start db').click();
  await button('Stop db').waitFor();
  await see('Start db: done');
  expect(await fixture.containers()).toContainEqual(expect.stringMatching(/^db_\S+ running$/));
});

it('shows what services write as text, whatever it is', async () => {
  await deploy({ web: { image: 'hostile:1', tty: false } });
  await tab.page.goto(`${supervisor.url('/')}#/logs/web`);
  await see('<img src=x onerror=alert(1)>');
  await see('red and plain, user\ufffdgnp.exe');
  const line = tab.page.locator('.log-text').filter({ hasText: 'aaaa' }).first();
  await line.waitFor();
  await tab.page.getByLabel('Search').fill('A');
  await line.locator('mark').nth(49).waitFor();
  await tab.page.getByLabel('Search').fill('img');
  await tab.page.getByRole('button', { name: 'Pause' }).click();
  await tab.look('15-hostile-logs');
  expect(tab.faults).toEqual([]);
  await visit('Overview');
  await headline('The device is at its target');
});

it('says when the connection is lost, and catches up', async () => {
  await supervisor.kill();
  await see('The device does not answer');
  await tab.look('12-disconnected');
  await supervisor.start();
  await see('Live');
  await deploy({ web: FIXED.web });
  await see('2 services running');
  expect(tab.faults).toEqual([]);
});

it('has no fault in any view, also for the keyboard and screen readers', async () => {
  await deploy(FIXED);
  await headline('The device is at its target');
  for (const [name, title] of [
    ['Events', 'Events'],
    ['Resources', 'Resources'],
    ['Device', 'Device'],
    ['Logs', 'Logs'],
    ['Plan', 'Plan'],
  ] as const) {
    await visit(name);
    await tab.page.getByRole('heading', { name: title, level: 1 }).waitFor();
    if (name === 'Resources')
      await tab.page
        .getByRole('img', { name: /^CPU: .* now/ })
        .first()
        .waitFor();
    if (name === 'Device') await tab.page.getByRole('textbox', { name: 'Host name' }).waitFor();
    await tab.look(`13-${name.toLowerCase()}`);
  }
  await tab.page.reload();
  await tab.page.keyboard.press('Tab');
  expect(await tab.page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
  await tab.page.keyboard.press('Tab');
  await tab.page.keyboard.press('Enter');
  await tab.page.getByRole('heading', { level: 1, name: 'The device is at its target' }).waitFor();
  expect(tab.faults).toEqual([]);
});

const FIXED = {
  web: { image: 'hello:1', depends_on: ['db'], ports: ['8310:80'] },
  db: { image: 'healthy:1' },
  worker: { depends_on: { db: { condition: 'service_healthy' } } },
} satisfies Record<string, FixtureService>;

async function deploy(services: Readonly<Record<string, FixtureService>>): Promise<void> {
  const { [APP]: app } = fixture.target({ db: FIXED.db, ...services });
  const local = { name: 'kitchen-display', apps: { [APP]: { ...app, name: 'kitchen' } } };
  const { status } = await supervisor.post('/v2/local/target-state', { local });
  expect(status).toBe(200);
}

async function headline(name: string | RegExp): Promise<void> {
  await tab.page.getByRole('heading', { level: 1, name }).waitFor();
}

async function see(text: string | RegExp): Promise<void> {
  await tab.page.getByText(text).first().waitFor();
}

async function visit(name: string): Promise<void> {
  await tab.page.getByRole('navigation').getByRole('link', { name }).click();
}

const State = z.object({ apps: z.array(z.object({ uuid: z.string() })) });

async function lockPath(service: string): Promise<string> {
  const { apps } = State.parse(await supervisor.get('/v3/state'));
  return `/v3/apps/${apps[0]?.uuid ?? ''}/locks/${service}`;
}

async function hold(service: string): Promise<void> {
  const body = { holder: 'backup', reason: 'nightly backup', ttlSeconds: 7_200 };
  expect((await supervisor.post(await lockPath(service), body)).status).toBe(200);
}

async function release(service: string): Promise<void> {
  await fetch(supervisor.url(`${await lockPath(service)}?holder=backup`), { method: 'DELETE' });
}

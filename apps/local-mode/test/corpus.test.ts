import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleApps, connectEngine } from '@device-supervisor/testbed';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { readCorpus } from './corpus-cases.ts';
import { startLocalMode } from './local-mode-process.ts';

/* Every project of the corpus that can run does, one after the other, on one engine, without a registry. */

const engineEndpoint = inject('engineEndpoint');
const engine = connectEngine(engineEndpoint);
let state: string;

beforeAll(async () => {
  await bundleApps(['local-mode', 'supervisor']);
  state = await mkdtemp(join(tmpdir(), 'corpus-'));
});

afterAll(async () => {
  await using stop = startLocalMode({ engineEndpoint, args: ['--state', state, '--stop', '--volumes'] });
  await stop.ended();
  await removeVolumes();
  await rm(state, { recursive: true, force: true });
});

/** Those of the project that ran last are gone; the others outlive a replacement, and the engine is there for other files. */
async function removeVolumes(): Promise<void> {
  const { Volumes } = await engine.listVolumes({ filters: { label: ['io.balena.supervised'] } });
  for (const { Name } of Volumes ?? []) await engine.getVolume(Name).remove();
}

const RUNNABLE = (await readCorpus()).flatMap(({ run, ...one }) => (run === undefined ? [] : [{ ...one, run }]));

it.each(RUNNABLE)('$name: $title', async ({ folder, options, run }) => {
  const profiles = options.profiles.flatMap((profile) => ['--profile', profile]);
  await using process = startLocalMode({
    engineEndpoint,
    args: ['--state', state, '--port', '0', '--detach', '--replace', ...profiles, folder],
    environment: options.environment,
  });
  const exitCode = await process.ended();
  const reasons = Object.entries(run).filter(([, expected]) => expected.startsWith('/'));
  expect([exitCode, process.text()]).toEqual([reasons.length === 0 ? 0 : 1, expect.any(String)]);
  for (const [service, pattern] of reasons) {
    expect(process.text()).toMatch(new RegExp(`^${service}: .*${pattern.slice(1, -1)}`, 'm'));
  }
  const states = Object.entries(run).filter(([, expected]) => !expected.startsWith('/'));
  expect(await statesOf(states.map(([service]) => service))).toEqual(Object.fromEntries(states));
});

/** `healthy`, `running`, `completed`, or the engine's word with the exit code, by service. */
async function statesOf(services: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const found = await engine.listContainers({ all: true, filters: { label: ['io.balena.app-id=1'] } });
  const entries = await Promise.all(
    found.map(async ({ Id, Labels }): Promise<[string, string]> => {
      const { State } = await engine.getContainer(Id).inspect();
      const { Status, ExitCode, Health } = State;
      const ended = ExitCode === 0 ? 'completed' : `${Status} ${ExitCode}`;
      return [Labels['io.balena.service-name'] ?? '', Status === 'running' ? healthOf(Health?.Status) : ended];
    }),
  );
  return Object.fromEntries(entries.filter(([service]) => services.includes(service)));
}

/** Engines say `none` of a container without a health check. */
function healthOf(status: string = 'none'): string {
  return status === 'none' ? 'running' : status;
}

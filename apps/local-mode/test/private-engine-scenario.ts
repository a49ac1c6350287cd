/**
 * What `npm start` does on a machine without an engine, played in namespaces of its own: prints what was seen as one line
 * of JSON.
 */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { snapshotMachine, type MachineSnapshot } from '@device-supervisor/testbed';
import { startLocalMode } from './local-mode-process.ts';

export interface ScenarioSight {
  readonly before: MachineSnapshot;
  readonly between: MachineSnapshot;
  readonly after: MachineSnapshot;
  readonly second: string;
  readonly stop: string;
  readonly exitCodes: readonly (number | null)[];
}

const folder = await mkdtemp(join(tmpdir(), 'local-mode-'));
const project = join(folder, 'project');
const state = join(folder, 'state');
await mkdir(project);
await writeFile(
  join(project, 'compose.yaml'),
  `services:
  one:
    build: { dockerfile_inline: "FROM scratch\\nCOPY busybox /busybox\\nCMD [\\"/busybox\\", \\"sleep\\", \\"1000\\"]", x-busybox: true }
    stop_grace_period: 0s
    ports: [8080:8080]
    labels: { io.balena.features.supervisor-api: 1 }
`,
);

const before = await snapshotMachine();
await using first = startLocalMode({ args: [project, '--state', state] });
await first.says(/stop +Ctrl-C/);
first.child.kill('SIGKILL');
await first.ended();
await using second = startLocalMode({ args: [project, '--state', state, '--keep'] });
await second.says(/stop +npm start -- down/);
second.child.kill('SIGINT');
const kept = await second.ended();
const between = await snapshotMachine();
await using stop = startLocalMode({ args: ['--state', state, '--stop'] });
const stopped = await stop.ended();
const sight: ScenarioSight = {
  before,
  between,
  after: await snapshotMachine(),
  second: second.text(),
  stop: stop.text(),
  exitCodes: [kept, stopped],
};
process.stdout.write(`${JSON.stringify(sight)}\n`);

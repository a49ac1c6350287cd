/**
 * A run that keeps an engine busy, for the tests of the namespaces: `held-run.ts <what then>`. Prints `ready` with its
 * temporary directory, then waits for SIGTERM, or ends with an exit code or by failing.
 */
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { artefactDirectory, busyboxImage, connectEngine, startTestEngine } from '@device-supervisor/testbed';

const [, , then = ''] = process.argv;
const { endpoint } = await startTestEngine();
const engine = connectEngine(endpoint);
await busyboxImage(endpoint, { tag: 'idle:1', exposedPorts: ['80'], cmd: ['sleep', '3600'] });
await engine.createNetwork({ Name: 'own' });
for (const name of ['published', 'paused']) {
  const container = await engine.createContainer({
    Image: 'idle:1',
    name,
    HostConfig: {
      NetworkMode: 'own',
      PortBindings: name === 'published' ? { '80/tcp': [{ HostPort: '18081' }] } : {},
    },
  });
  await container.start();
  if (name === 'paused') await container.pause();
}
await writeFile(join(await artefactDirectory('held'), 'note.txt'), 'kept');
process.stdout.write(`ready ${tmpdir()}\n`);

if (then === 'wait') {
  process.on('SIGTERM', () => process.exit(7));
  setInterval(() => undefined, 60_000);
} else {
  process.exit(then === 'fail' ? 3 : 0);
}

import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');
// Builds the packages first, as far as they changed.
const { status } = spawnSync('turbo', ['run', 'docs', '--output-logs=errors-only'], { cwd: root, stdio: 'inherit' });
if (status === 0) console.log('Documentation: tooling/docs/dist/site/index.html');
process.exitCode = status ?? 1;

import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { copyTree } from './copy-tree.ts';
import { release, type Release } from './release.ts';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../../..');
const USAGE = `Usage: npm run release [-- --dry-run]

Writes the next version of the product and its changelogs into the tree, for review and a commit.
  --dry-run  shows what it would write, and changes nothing
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { 'dry-run': { type: 'boolean', default: false }, help: { type: 'boolean' } },
  });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (values['dry-run']) {
    process.stdout.write(describe(await tryOut()));
    return 0;
  }
  const { stdout: changes } = await run('git', ['status', '--porcelain'], { cwd: ROOT });
  if (changes !== '') throw new Error('the tree has uncommitted changes; commit or stash them first');
  const made = await release(ROOT);
  process.stdout.write(`${describe(made)}${nextSteps(made)}`);
  return 0;
}

/** Makes the release in a copy of the tree. */
async function tryOut(): Promise<Release> {
  await using copy = await copyTree(ROOT);
  return await release(copy.folder);
}

function describe({ from, to, changesets }: Release): string {
  const lines = changesets.map(({ bump, summary }) => `  ${bump.padEnd(5)}  ${firstParagraph(summary)}`);
  return `device-supervisor ${from} → ${to}, ${changesets.length} changes:\n${lines.join('\n')}\n`;
}

/** In one line. */
function firstParagraph(text: string): string {
  return (text.split('\n\n')[0] ?? '').replaceAll(/\s*\n\s*/g, ' ');
}

function nextSteps({ to }: Release): string {
  return `
Review the changes, then:
  git commit -am 'chore: release ${to}' && git tag v${to}
  npm run image -- --arch amd64 --arch arm64
  npx changeset publish
`;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`release: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBundle, isBundleCurrent } from './build-bundle.mjs';
import { COMMANDS, describeCommands } from './commands.mjs';
import { withExclusiveUse } from './exclusive-use.mjs';
import { asFailure, Interrupted } from './failure.mjs';
import { installWorkspace, isInstalled, toolPath, workspaceNode } from './install-workspace.mjs';
import { endLike, runInForeground } from './run-in-foreground.mjs';
import { stateFolder } from './state-folder.mjs';

const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/**
 * Prepares the repository for a command, runs it, and ends the way it ends. Writes to stderr alone.
 *
 * @param {readonly string[]} argv the command, then its arguments
 */
export async function main(argv) {
  const [name, ...args] = argv;
  const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    process.stderr.write(describeCommands(name));
    process.exitCode = name === '--help' ? 0 : 2;
    return;
  }
  // Some tools keep compiled code in the machine's temporary directory, and leave it there.
  process.env['NODE_DISABLE_COMPILE_CACHE'] ??= '1';
  try {
    await prepare(ROOT, command);
    const node = workspaceNode(ROOT);
    const ending = await runInForeground(node, [...command.nodeOptions, join(ROOT, command.program), ...args], {
      env: command.needsTools ? { ...process.env, PATH: toolPath(ROOT) } : process.env,
    });
    endLike(ending);
  } catch (error) {
    if (error instanceof Interrupted) return endLike({ code: null, signal: error.signal });
    process.stderr.write(asFailure(error).format());
    process.exitCode = 1;
  }
}

/**
 * Brings dependencies and the command's bundles up to date. Says nothing when they are.
 *
 * @param {string} root
 * @param {import('./commands.mjs').Command} command
 */
async function prepare(root, { bundles }) {
  const outdated = () => bundles.filter((app) => !isBundleCurrent(root, app));
  if (isInstalled(root) && outdated().length === 0) return;
  await withExclusiveUse(join(stateFolder(root), 'bootstrap.lock'), async () => {
    if (!isInstalled(root)) await installWorkspace(root);
    for (const app of outdated()) await buildBundle(root, app);
  });
}

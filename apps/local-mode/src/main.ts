import { ReadStream } from 'node:tty';
import { findInstallation } from './cli/installation.ts';
import { runLocalMode } from './run-local-mode.ts';

const { stdin, stdout, stderr, env } = process;

void runLocalMode(process.argv.slice(2), {
  installation: findInstallation(import.meta.dirname, env),
  environment: env,
  input: stdin,
  output: stdout,
  notes: stderr,
  keyboard: stdin instanceof ReadStream && stdin.isTTY ? stdin : null,
}).then((exitCode) => {
  process.exitCode = exitCode;
});

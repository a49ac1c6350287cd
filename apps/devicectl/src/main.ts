import { runDevicectl } from './run-devicectl.ts';

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // A second one ends the program at once.
  process.once(signal, () => interruption.abort());
}

void runDevicectl(process.argv.slice(2), {
  environment: process.env,
  input: process.stdin,
  output: process.stdout,
  notes: process.stderr,
  signal: interruption.signal,
}).then((exitCode) => {
  process.exitCode = exitCode;
});

#!/usr/bin/env node
// Runs on whatever Node.js the machine has: nothing newer than what Node.js 14 can parse in this file.
const OLDEST_NODE = 24;

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  process.stderr.write(
    `local-mode: Node.js ${process.versions.node} is too old: ${OLDEST_NODE} or newer is needed. Install it, e.g. with npm install --global node@${OLDEST_NODE}\n`,
  );
  process.exitCode = 1;
} else {
  void import(new URL('../dist/main.cjs', import.meta.url).href);
}

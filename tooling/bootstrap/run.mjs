#!/usr/bin/env node
// Runs on whatever Node.js the machine has: nothing newer than what Node.js 14 can parse in this file.
const OLDEST_NODE = 18;
const major = Number(process.versions.node.split('.')[0]);

if (major < OLDEST_NODE) {
  process.stderr.write(
    `device-supervisor: Node.js ${process.versions.node} is too old to prepare this repository: ${OLDEST_NODE} or newer is needed.\n` +
      '  Remedy: install a newer one, e.g. apt-get install nodejs npm on Debian 12. The programs bring their own Node.js 24.\n',
  );
  process.exitCode = 1;
} else {
  void import('./src/main.mjs').then((bootstrap) => bootstrap.main(process.argv.slice(2)));
}

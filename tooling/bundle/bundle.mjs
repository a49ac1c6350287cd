#!/usr/bin/env node
import { resolve } from 'node:path';
import { bundleApp } from './src/bundle-app.ts';

const [app] = process.argv.slice(2);
if (app === undefined) {
  process.stderr.write('Usage: node tooling/bundle/bundle.mjs <folder of the app>\n');
  process.exitCode = 2;
} else {
  try {
    const { file, bytes, milliseconds } = await bundleApp(resolve(app));
    process.stdout.write(`${file}: ${(bytes / 1e6).toFixed(2)} MB in ${milliseconds} ms\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

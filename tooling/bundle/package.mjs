#!/usr/bin/env node
import { execFileSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageCommand } from './src/package-app.ts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const folder = await packageCommand(root);
const packing = ['pack', '--silent', '--pack-destination', dirname(folder), folder];
const name = execFileSync('npm', packing, { encoding: 'utf8' }).trim();
const file = join(dirname(folder), name);
process.stdout.write(`${file}\nInstall its command, local-mode, with npm install --global ${file}\n`);

/*
 * Writes the code of a program that has started, for main.cjs: `compile.cjs <program> <name> <cache> [argument]…`, with the
 * program's path in the image as its name.
 */
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { dirname } = require('node:path');
const { Script, constants } = require('node:vm');
const { setFlagsFromString } = require('node:v8');

/** For code that does not depend on how long anything takes: what compilers mark is part of it. */
const COMPILERS = ['sparkplug', 'maglev', 'opt', 'flush-bytecode'];

const [path = '', filename = '', cache = ''] = process.argv.splice(2, 3);
for (const name of COMPILERS) setFlagsFromString(`--no-${name}`);
const script = new Script(readFileSync(path, 'utf8'), {
  filename,
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
process.once('exit', () => {
  // The code names the flags for which it is: those of this process go back to what they are on a device.
  for (const name of COMPILERS) setFlagsFromString(`--${name}`);
  for (const flag of ['--hash-seed=0', '--initial-old-space-size=0']) setFlagsFromString(flag);
  writeFileSync(cache, script.createCachedData());
});
/** @type {unknown} */
const program = script.runInThisContext();
if (typeof program === 'function') Reflect.apply(program, exports, [exports, require, module, path, dirname(path)]);

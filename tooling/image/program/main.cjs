/*
 * Starts program.cjs beside it, with the code that was compiled from it when the image was built: a third of the processor
 * time of a start is the compiler's. Code of another program, another V8 or other flags is left aside, and compiled anew.
 */
'use strict';
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { crc32 } = require('node:zlib');
const { Script, constants } = require('node:vm');

const filename = join(__dirname, 'program.cjs');
const source = readFileSync(filename, 'utf8');
const script = new Script(source, {
  filename,
  cachedData: readCompiled(join(__dirname, `program.${crc32(source).toString(16)}.cache`)),
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
/** @type {unknown} */
const program = script.runInThisContext();
if (typeof program === 'function') Reflect.apply(program, exports, [exports, require, module, __filename, __dirname]);

/** @param {string} path */
function readCompiled(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

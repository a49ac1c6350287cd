export { compileClient, type CompiledClient } from './compile-client.ts';
export { typesOf } from './types-of.ts';

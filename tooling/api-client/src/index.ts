export { compileClient, type CompiledClient } from './compile-client.ts';

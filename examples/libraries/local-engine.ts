// #region readme
import { resolveEngine } from '@device-supervisor/local-engine';

const engine = await resolveEngine({
  environment: process.env,
  stateDirectory: '/var/lib/my-app',
  onProgress: (message) => console.log(message),
});
console.log(`${engine.description}: ${engine.endpoint}`);
await engine[Symbol.asyncDispose]();
// #endregion

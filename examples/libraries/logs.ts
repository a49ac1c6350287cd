import { createFakeLogSource } from '@device-supervisor/logs/testing';
import { createFakeClock } from '@device-supervisor/primitives/testing';

const source = createFakeLogSource(createFakeClock());
// #region readme
import { createLogRouter, formatLogLine } from '@device-supervisor/logs';
import { systemClock } from '@device-supervisor/primitives/system-clock';

// On a device: engineLogSource(engine), of an engine of @device-supervisor/engine.
const router = createLogRouter({ source, clock: systemClock });
const reader = router.attach();
router.system('started');
for await (const message of reader) {
  console.log(formatLogLine(message));
  break;
}
await router[Symbol.asyncDispose]();
// #endregion

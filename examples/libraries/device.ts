import { TEST_DEVICE, testTarget } from '@device-supervisor/compose/testing';

const facts = TEST_DEVICE;
const target = testTarget({ services: { web: {} } });
// #region readme
import { createDevice, systemMessage } from '@device-supervisor/device';
import { createInMemoryStore } from '@device-supervisor/device/testing';
import { createInMemoryEngine } from '@device-supervisor/engine/testing';
import { createInMemoryLocks } from '@device-supervisor/lockfile/testing';
import { systemClock } from '@device-supervisor/primitives/system-clock';

// The supervisor has createEngine, createUpdateLocks and openStore in place of these.
const device = createDevice({
  engine: createInMemoryEngine({ pullable: { 'web:1': {} } }),
  locks: createInMemoryLocks(),
  store: createInMemoryStore(),
  clock: systemClock,
  bootId: null,
  random: Math.random,
  facts,
  managed: false,
});
const settled = Promise.withResolvers<void>();
const subscription = device.subscribe((event) => {
  const said = systemMessage(event);
  if (said !== null) console.log(said.message);
  if (event.type === 'settled') settled.resolve();
});
await device.setLocalTarget(target);
await settled.promise;
subscription[Symbol.dispose]();
await device[Symbol.asyncDispose]();
// #endregion

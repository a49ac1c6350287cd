export {
  PLAIN_IMAGE,
  reachedSnapshot,
  TEST_ABILITIES,
  TEST_DEVICE,
  testApiKey,
  testContainer,
  testImage,
  testImageRecords,
  testPlanInput,
  testTarget,
  type TestApp,
  type TestPlanInput,
} from './fixtures.ts';
/** A lease that no lock is behind, for what only wants to see one. */
export { freeLease as testLease } from '../execute/free-lease.ts';

export {
  PLAIN_IMAGE,
  reachedSnapshot,
  TEST_DEVICE,
  testApiKey,
  testContainer,
  testImage,
  testImageRecords,
  testLease,
  testPlanInput,
  testTarget,
  type TestApp,
  type TestPlanInput,
} from './fixtures.ts';

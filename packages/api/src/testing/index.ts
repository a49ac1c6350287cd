export { FakeDevice, TWO_APPS, TWO_APPS_TARGET } from './fake-device.ts';
export { FakeLogs } from './fake-logs.ts';
export { APP_KEY, createTestApi, GLOBAL_KEY, OTHER_KEY, type TestApi, type TestRequest } from './test-api.ts';

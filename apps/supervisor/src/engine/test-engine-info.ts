import type { EngineInfo } from '@device-supervisor/engine';

/** The info of an engine that logs to the journal; for tests. */
export const TEST_ENGINE_INFO: EngineInfo = {
  id: 'ABCD',
  version: '20.10.24',
  apiVersion: '1.41',
  loggingDriver: 'journald',
  dataRoot: '/var/lib/engine',
  architecture: 'x86_64',
  operatingSystem: 'Test OS',
  osType: 'linux',
  registries: { insecureHosts: [], insecureRanges: [], mirrors: [] },
};

import { decodeTargetStateV2 } from '@device-supervisor/state';
import type { EngineSnapshot, ObservedContainer } from '@device-supervisor/compose';
import { DEFAULT_CONTAINER_CONFIG } from '@device-supervisor/compose';
import { expect, it } from 'vitest';
import { servicesWithKeys } from './services-with-keys.ts';

const API = { 'io.balena.features.supervisor-api': '1' };
const targetOf = (labels: object) =>
  decodeTargetStateV2({
    local: {
      apps: {
        1: { name: 'a', commit: 'c', services: { 1: { serviceName: 'web', imageId: 1, image: 'web', labels } } },
      },
    },
  });

const snapshotOf = (...containers: ObservedContainer[]): EngineSnapshot => ({
  abilities: { apiVersion: '1.41', unsupportedLimits: [] },
  containers,
  images: [],
  networks: [],
  volumes: [],
});

const container = (serviceName: string, environment: Record<string, string>): ObservedContainer => ({
  id: serviceName,
  name: serviceName,
  imageId: 'sha256:1',
  imageReference: 'web',
  identity: { appId: 1, serviceId: 1, serviceName },
  status: 'running',
  health: 'none',
  exitCode: 0,
  error: '',
  createdAt: 0,
  startedAt: 0,
  restartCount: 0,
  config: { ...DEFAULT_CONTAINER_CONFIG, environment },
  publishedPorts: [],
});

it('are the services of the target with the label', () => {
  expect(servicesWithKeys(targetOf(API), snapshotOf())).toEqual([{ appId: 1, service: 'web' }]);
  expect(servicesWithKeys(targetOf({}), snapshotOf())).toEqual([]);
});

it('are also those whose container has a key until it is gone', () => {
  const old = container('old', { BALENA_SUPERVISOR_API_KEY: 'k' });
  expect(servicesWithKeys(targetOf({}), snapshotOf(old, container('other', {})))).toEqual([
    { appId: 1, service: 'old' },
  ]);
});

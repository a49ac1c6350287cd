import { testTarget } from '@device-supervisor/compose/testing';
import type { DeviceState, ServiceState } from '@device-supervisor/device';
import { expect, it } from 'vitest';
import { composeReport } from './compose-report.ts';

const target = testTarget({
  commit: 'c2',
  services: {
    web: { imageId: 21, image: 'web:2' },
    db: { imageId: 22, image: 'db:1' },
    job: { imageId: 23, image: 'job:1' },
  },
});

function container(name: string, imageId: number): ServiceState {
  const nothing = { downloadProgress: null, createdAt: 0, health: 'none', publishedPorts: [] } as const;
  return { ...nothing, name, serviceId: 1, releaseId: 1, imageId, image: '', status: 'Running', containerId: name };
}

function reported(services: readonly ServiceState[], present: readonly string[]): unknown {
  const images = present.map((name): DeviceState['images'][number] => ({
    name,
    appId: 1,
    serviceName: '',
    imageId: 1,
    dockerImageId: 'sha256:1',
    status: 'Downloaded',
    downloadProgress: null,
  }));
  const app = { id: 1, uuid: 'u1', name: 'app1', commit: 'c1', updateStatus: 'downloading', services } as const;
  const { apps } = composeReport({
    target,
    state: { applying: true, apps: [app], images, blocked: [], notices: [], overallDownloadProgress: null },
    localMode: false,
    supervisorVersion: '1.0.0',
    osVersion: '',
    osVariant: '',
    apiPort: 1,
    apiSecret: '',
    addresses: { ip: [], mac: [] },
    metrics: null,
  });
  return apps?.['u1']?.releases?.['c2']?.services;
}

it('tells of a service that still runs for the release before whether its new image is there', () => {
  const before = [container('web', 1), container('db', 2)];
  expect(reported(before, ['web:1', 'db:1'])).toEqual({ db: { image: 'db:1', status: 'Downloaded' } });
});

it('tells how far the image of a service is, whatever runs of it meanwhile', () => {
  const coming: ServiceState = { ...container('web', 21), status: 'Downloading', downloadProgress: 7 };
  expect(reported([coming, container('web', 1)], [])).toEqual({
    web: { image: 'web:2', status: 'Downloading', download_progress: 7 },
  });
});

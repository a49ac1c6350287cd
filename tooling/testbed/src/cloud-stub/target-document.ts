import type { Release, ReleasedService, StubDevice } from './world.ts';

/** The target state of a device, as version 3 of the protocol writes it. */
export function targetDocument(device: StubDevice): unknown {
  if (device.target !== undefined) return device.target;
  const { uuid, name, fleet, pinned } = device;
  const release = pinned ?? fleet.releases.at(-1);
  return {
    [uuid]: {
      name,
      apps: {
        [fleet.uuid]: {
          id: fleet.id,
          name: fleet.name,
          is_host: false,
          class: 'fleet',
          ...(release === undefined ? {} : { releases: { [release.commit]: releaseDocument(release, device) } }),
        },
      },
      config: { RESIN_SUPERVISOR_POLL_INTERVAL: '900000', ...Object.fromEntries([...fleet.config, ...device.config]) },
    },
  };
}

function releaseDocument({ id, services, networks, volumes }: Release, device: StubDevice): unknown {
  return {
    id,
    services: Object.fromEntries(
      Object.entries(services).map(([name, service]) => [name, serviceDocument(service, device)]),
    ),
    ...(networks === undefined ? {} : { networks }),
    ...(volumes === undefined ? {} : { volumes }),
  };
}

function serviceDocument(service: ReleasedService, { fleet, environment }: StubDevice): unknown {
  const { id, imageId, image, labels = {}, contract, composition = {} } = service;
  return {
    id,
    image_id: imageId,
    image,
    environment: { ...service.environment, ...Object.fromEntries([...fleet.environment, ...environment]) },
    labels,
    ...(contract === undefined ? {} : { contract }),
    composition,
  };
}

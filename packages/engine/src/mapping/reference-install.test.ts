import { plan, formatPlan, type DeviceFacts } from '@device-supervisor/compose';
import { TEST_DEVICE, testPlanInput } from '@device-supervisor/compose/testing';
import { createFakeClock } from '@device-supervisor/device/testing';
import { decodeTargetStateV3, decodeTargetStateV2, type TargetState } from '@device-supervisor/state';
import { readReferenceInstall, type ReferenceContainer, type ReferenceInstall } from '@device-supervisor/testbed';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../index.ts';
import { startScriptedEngine } from '../testing/scripted-engine.ts';

/** The answers of the captured device's engine. */
function answersOf({ containers, images, networks, volumes }: ReferenceInstall): Record<string, object> {
  return {
    'GET /containers/json': containers.map((one) => ({
      Id: one.Id,
      Names: [one.Name],
      Image: one.Config.Image,
      ImageID: one.Image,
      Created: Date.parse(one.Created) / 1000,
      Labels: one.Config.Labels,
      State: one.State.Status,
      Status: 'Up 1 minute',
      NetworkSettings: one.NetworkSettings,
    })),
    ...Object.fromEntries(containers.map((one) => [`GET /containers/${one.Id}/json`, one])),
    'GET /images/json': images,
    ...Object.fromEntries(images.map((one) => [`GET /images/${one.Id}/json`, one])),
    'GET /networks': networks,
    'GET /volumes': { Volumes: volumes, Warnings: null },
    'GET /info': { MemoryLimit: true, SwapLimit: true, CpuCfsQuota: true, CPUShares: true, PidsLimit: true },
    'GET /version': { ApiVersion: '1.41' },
  };
}

function variable({ Config }: ReferenceContainer, name: string): string {
  return Config.Env.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
}

/** The plan for the captured target on the captured engine. */
async function planFor(install: ReferenceInstall, target: TargetState, facts: Partial<DeviceFacts>): Promise<string> {
  await using scripted = await startScriptedEngine(answersOf(install));
  await using engine = createEngine({ endpoint: scripted.endpoint, clock: createFakeClock() });
  const services = Object.values(target.apps).flatMap(({ release }) => Object.values(release?.services ?? {}));
  const snapshot = await engine.observe({ imageReferences: services.map(({ image }) => image) });
  const keys = install.containers.map((one): [string, string] => [
    `${one.Config.Labels['io.balena.app-id']}/${one.Config.Labels['io.balena.service-name']}`,
    variable(one, 'BALENA_SUPERVISOR_API_KEY'),
  ]);
  const [first] = install.containers;
  if (first === undefined) throw new Error('no container was captured');
  const device: DeviceFacts = {
    ...TEST_DEVICE,
    uuid: install.configJson.uuid,
    apiPort: install.configJson.listenPort,
    type: variable(first, 'BALENA_DEVICE_TYPE'),
    arch: variable(first, 'BALENA_DEVICE_ARCH'),
    hostOsVersion: variable(first, 'BALENA_HOST_OS_VERSION'),
    // The captured host has neither.
    hasKernelModules: false,
    hasFirmware: false,
    allowsHostPaths: false,
    ...facts,
  };
  const images = Object.values(target.apps).flatMap(({ id, uuid, release }) =>
    Object.values(release?.services ?? {}).map((service) => ({
      reference: service.image,
      appId: id,
      appUuid: uuid,
      serviceId: service.id,
      serviceName: service.name,
      imageId: service.imageId,
      releaseId: release?.id ?? 0,
      commit: release?.commit ?? '',
    })),
  );
  const input = testPlanInput(target, snapshot, { device, images, policy: { supervisorApiKeys: new Map(keys) } });
  return formatPlan(plan(input));
}

describe('an installation of the reference supervisor', () => {
  it('of a managed device is what its target asks for', async () => {
    const install = await readReferenceInstall('managed');
    const target = decodeTargetStateV3(install.target, install.configJson.uuid);
    expect(await planFor(install, target, { apiEndpoint: 'https://cloud.test', deviceApiKey: 'key' })).toBe('');
  });

  it('of a device in local mode is what its target asks for', async () => {
    const install = await readReferenceInstall('local');
    const lines = (await planFor(install, decodeTargetStateV2(install.target), {})).split('\n');
    expect(lines.filter((line) => !line.startsWith('notice '))).toEqual([]);
    expect(lines).toContain(
      'notice app 1011 service main: container was created by another supervisor; with the next change of the service it gets: healthcheck; exposedPorts',
    );
  });
});

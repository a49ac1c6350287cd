import { wantsExtraFirmware, wantsSupervisorApi } from '../spec/feature-labels.ts';
import { toMap } from '../spec/list-or-map.ts';
import { SUPERVISOR_NETWORK_SPEC } from '../spec/network-spec.ts';
import { EXTRA_FIRMWARE_VOLUME_SPEC } from '../spec/volume-spec.ts';
import { imageFinder } from './find-image.ts';
import { planAbsentApps } from './plan-absent-apps.ts';
import { planApp } from './plan-app.ts';
import { PlanDraft } from './plan-draft.ts';
import { planImageRemoval, planUnnamedImageRemoval } from './plan-images.ts';
import { assessNetwork, planNetwork } from './plan-networks.ts';
import { withholdPulls } from './plan-space.ts';
import { createVolumeId } from './plan-volumes.ts';
import type { PlanContext, PlanInput } from './plan-input.ts';
import type { Plan } from './plan-output.ts';

/** Compares what is with what shall be. Pure: the same input gives the same plan. */
export function plan(planInput: PlanInput): Plan {
  const input: PlanContext = { ...planInput, findImage: imageFinder(planInput.snapshot.images) };
  const draft = new PlanDraft();
  planAbsentApps(input, draft);
  const supervisorNetwork = needsSupervisorNetwork(input)
    ? assessNetwork(SUPERVISOR_NETWORK_SPEC, input.snapshot)
    : null;
  if (supervisorNetwork !== null) planNetwork(supervisorNetwork, { appId: null, snapshot: input.snapshot, draft });
  planExtraFirmware(input, draft);
  for (const app of Object.values(input.target.apps)) planApp(app, { input, draft, supervisorNetwork });
  withholdPulls(input, draft);
  planImageRemoval(input, draft);
  planUnnamedImageRemoval(input, draft);
  return draft.finish(input.policy.paused);
}

function needsSupervisorNetwork(input: PlanInput): boolean {
  return someService(input, wantsSupervisorApi);
}

/** A volume that no app has as its own, so it is made for the first service that asks for it, and stays. */
function planExtraFirmware(input: PlanInput, draft: PlanDraft): void {
  const { name, config } = EXTRA_FIRMWARE_VOLUME_SPEC;
  const isThere = input.snapshot.volumes.some((volume) => volume.name === name);
  if (isThere || !someService(input, wantsExtraFirmware)) return;
  draft.add({
    kind: 'create-volume',
    id: createVolumeId(name),
    dependsOn: [],
    cause: 'does not exist',
    appId: null,
    service: null,
    name,
    config,
  });
}

function someService({ target }: PlanInput, isWanted: (labels: Record<string, string>) => boolean): boolean {
  return Object.values(target.apps).some((app) =>
    Object.values(app.release?.services ?? {}).some(({ labels, composition }) =>
      isWanted({ ...toMap(composition.labels), ...labels }),
    ),
  );
}

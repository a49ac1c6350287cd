import { wantsSupervisorApi } from '../spec/feature-labels.ts';
import { toMap } from '../spec/list-or-map.ts';
import { SUPERVISOR_NETWORK_SPEC } from '../spec/network-spec.ts';
import { imageFinder } from './find-image.ts';
import { planAbsentApps } from './plan-absent-apps.ts';
import { planApp } from './plan-app.ts';
import { PlanDraft } from './plan-draft.ts';
import { planImageRemoval, planUnnamedImageRemoval } from './plan-images.ts';
import { assessNetwork, planNetwork } from './plan-networks.ts';
import { withholdPulls } from './plan-space.ts';
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
  for (const app of Object.values(input.target.apps)) planApp(app, { input, draft, supervisorNetwork });
  withholdPulls(input, draft);
  planImageRemoval(input, draft);
  planUnnamedImageRemoval(input, draft);
  return draft.finish(input.policy.paused);
}

function needsSupervisorNetwork({ target }: PlanInput): boolean {
  return Object.values(target.apps).some((app) =>
    Object.values(app.release?.services ?? {}).some(({ labels, composition }) =>
      wantsSupervisorApi({ ...toMap(composition.labels), ...labels }),
    ),
  );
}

import { dataOf, type TargetStateV2 } from '@device-supervisor/api-client';
import { toTargetState, type Project } from '@device-supervisor/compose-project';
import { formatPlan } from '@device-supervisor/views';
import { EXIT, show } from '@device-supervisor/views/command-line';
import type { ProjectOptions } from '../cli/options.ts';
import { volumePrefix } from '../session/project-volumes.ts';
import { isTargetState } from '../supervisor/is-target-state.ts';
import type { Context } from './context.ts';
import { readTargetProject } from './read-target-project.ts';

/** What `up` would change with the images that are here now, and why. Changes nothing. @returns exit code */
export async function plan(context: Context, project: ProjectOptions): Promise<number> {
  const { client, screen, target } = context;
  const read = await readTargetProject(context, project);
  for (const remark of read.remarks) context.notes.write(`${screen.paint('yellow', `! ${remark}`)}\n`);
  const { state } = await dataOf(client.http.GET('/v2/local/target-state'));
  const body = requestOf(read, { device: state.local, prefix: target.session === null ? '' : volumePrefix(read.name) });
  const answer = await dataOf(client.http.POST('/v3/plan', { body }));
  show(context, answer, () => formatPlan(answer, screen.paint));
  return EXIT.done;
}

function requestOf(
  project: Project,
  { device, prefix }: { readonly device: Pick<TargetStateV2['local'], 'name' | 'config'>; readonly prefix: string },
): TargetStateV2 {
  const { name, config } = device;
  const state: object = toTargetState(project, {
    device: { ...(name == null ? {} : { name }), ...(config === undefined ? {} : { config }) },
    volumePrefix: prefix,
  });
  if (!isTargetState(state)) throw new TypeError('a project became no target state');
  return state;
}

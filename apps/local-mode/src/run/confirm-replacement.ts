import { createInterface } from 'node:readline/promises';
import type { Project } from '@device-supervisor/compose-project';
import { StartError } from '../errors.ts';
import { isRunning } from '../session/process-identity.ts';
import type { Run } from './run.ts';

/**
 * One supervisor runs one project at a time. Before a project replaces another one that runs, a terminal is asked;
 * without a terminal, `--replace` has to allow it.
 *
 * @throws StartError when the other project stays
 */
export async function confirmReplacement(
  project: Project,
  { file, options, place, interruption, say }: Run,
): Promise<void> {
  const record = await file.read();
  const running = record?.project ?? null;
  if (record?.supervisor == null || running === null || running.name === project.name) return;
  if (!(await isRunning(record.supervisor.process))) return;
  const replacement = `the project ${running.name} of ${running.directory}`;
  const order = `its services stop once every image of ${project.name} is there, and its volumes stay`;
  if (options.replace) return say(`Replacing ${replacement}: ${order}`);
  const refusal = new StartError(`${replacement} is running here`, {
    hint: `Stop it with ${place.installation.command('down')}, or let this project take its place with --replace`,
  });
  if (place.keyboard === null) throw refusal;
  const terminal = createInterface({ input: place.keyboard, output: place.output });
  try {
    const question = `Replace ${replacement}, which is running here, with ${project.name}? (${order}) [y/N] `;
    const answer = await terminal.question(question, { signal: interruption.signal });
    if (!/^y(es)?$/i.test(answer.trim())) throw refusal;
  } finally {
    terminal.close();
  }
}

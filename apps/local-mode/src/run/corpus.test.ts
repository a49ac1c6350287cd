import { join } from 'node:path';
import { loadProject, ProjectError, toTargetState, type Project } from '@device-supervisor/compose-project';
import { expect, it } from 'vitest';
import { readCorpus, type CorpusCase } from '../../test/corpus-cases.ts';
import { checkProject } from './check-project.ts';

/*
 * Each project of the corpus becomes what its outcome.json says: the target state and the remarks, or every fault with its
 * place. `npm run corpus` writes the files again; read the difference.
 */

const CASES = await readCorpus();

it.each(CASES)('$name: $title', async ({ folder, options }) => {
  const outcome = await outcomeOf(folder, options);
  const text = JSON.stringify(outcome, null, 2).replaceAll(`${folder}/`, './').replaceAll(folder, '.');
  await expect(`${text}\n`).toMatchFileSnapshot(join(folder, 'outcome.json'));
});

it('has thirty projects or more, most of which run', () => {
  expect(CASES.length).toBeGreaterThan(30);
  expect(CASES.filter(({ run }) => run !== undefined).length).toBeGreaterThan(20);
});

async function outcomeOf(folder: string, { environment, profiles }: CorpusCase['options']): Promise<object> {
  try {
    const project = await loadProject(folder, {
      environment,
      profiles,
      device: { type: 'genericx86-64-ext', arch: 'amd64' },
      overlays: ['docker-compose.dev.yml'],
      check: checkProject,
    });
    return {
      name: project.name,
      remarks: project.remarks,
      builds: Object.fromEntries(project.services.flatMap(buildOf)),
      target: toTargetState(project).local.apps['1'],
    };
  } catch (error) {
    if (!(error instanceof ProjectError)) throw error;
    return { faults: error.message.split('\n') };
  }
}

function buildOf({ name, build }: Project['services'][number]): [string, object][] {
  if (build === null) return [];
  const { context, dockerfile, args, target, tags } = build;
  return [[name, { context, dockerfile, args, target, tags }]];
}

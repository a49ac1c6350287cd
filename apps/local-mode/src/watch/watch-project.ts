import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Project, ProjectService } from '@device-supervisor/compose-project';
import { formatError } from '@device-supervisor/errors';
import { rulesOfService } from './rules-of-service.ts';
import type { ServiceRules } from './service-rules.ts';
import { createServiceUpdater, NEW_CONTAINER, type UpdatedService, type UpdaterContext } from './service-updater.ts';
import { createUpdateQueue, type UpdateQueue } from './update-queue.ts';
import { isNothing } from './update.ts';
import { watchFiles } from './watch-files.ts';

export interface WatchProjectOptions {
  /** Milliseconds since 1970 when the project was about to be read: files that were changed later have changed. */
  readonly since: number;
  /** Prints a sentence. */
  say(sentence: string): void;
  /** A file of the project itself has changed, so that it has to be read again. */
  onProjectChange(): void;
}

/** The files of a project under watch. */
export interface ProjectWatch extends AsyncDisposable {
  /** Sentences about the files and their actions. */
  readonly description: readonly string[];
  /** The project runs: carries out what has changed since the watch began, and what changes from now on. */
  start(context: UpdaterContext): Promise<void>;
  /** A container of a service has started. */
  containerStarted(service: string): void;
}

/** Time in which the changes of one edit come, in milliseconds: a move touches many files. */
const SETTLE = 40;

interface Watched {
  readonly service: ProjectService;
  readonly rules: ServiceRules;
  readonly isGuess: boolean;
}

/** Watches the files of a project; nothing that changes after this resolves is missed. */
export async function watchProject(project: Project, options: WatchProjectOptions): Promise<ProjectWatch> {
  const watched: Watched[] = [];
  for (const service of project.services) {
    const found = await rulesOfService(service);
    if (found !== null) watched.push({ service, ...found });
  }
  /** Changes before the project runs. */
  const early: string[] = [];
  const queues = new Map<Watched, UpdateQueue>();
  const onChange = (path: string): void => {
    if (project.files.includes(path)) options.onProjectChange();
    if (queues.size === 0) early.push(path);
    for (const [{ rules }, queue] of queues) if (!isNothing(rules.actionsFor(path))) queue.add(path);
  };
  const watcher = await watchFiles({
    roots: [...new Set([...project.files, ...watched.flatMap(({ rules }) => rules.roots)])],
    ignoresFolder: (path) => watched.every(({ rules }) => rules.ignoresFolder(path)),
    since: options.since,
    onChange,
    onError: (error) => options.say(`a change may have been missed: ${formatError(error)}`),
  });
  return {
    description: watched.flatMap(describe).map((sentence) => sentence.replaceAll(`${project.directory}/`, '')),
    async start(context) {
      for (const one of watched) queues.set(one, queueOf(one, context));
      for (const [{ rules }, queue] of queues) for (const path of await filesBelow(rules.initial)) queue.add(path);
      for (const path of early.splice(0)) onChange(path);
    },
    containerStarted(service) {
      for (const [{ service: one }, queue] of queues) if (one.name === service) queue.add(NEW_CONTAINER);
    },
    async [Symbol.asyncDispose]() {
      await watcher[Symbol.asyncDispose]();
      await Promise.all([...queues.values()].map((queue) => queue.idle()));
    },
  };
}

function queueOf({ service, rules, isGuess }: Watched, context: UpdaterContext): UpdateQueue {
  const updated: UpdatedService = {
    name: service.name,
    rules,
    isBuilt: service.build !== null,
    imageHoldsCopies: isGuess,
    stopSeconds: stopSecondsOf(service),
  };
  return createUpdateQueue({ update: createServiceUpdater(updated, context), settle: () => delay(SETTLE) });
}

function stopSecondsOf({ composition }: ProjectService): number | null {
  const given = composition['stop_grace_period'];
  const text = typeof given === 'string' || typeof given === 'number' ? String(given) : '';
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text) ?? [];
  if (amount === undefined) return null;
  return Math.ceil(Number(amount) * (unit === 'm' ? 60 : unit === 'ms' ? 0.001 : 1));
}

async function filesBelow(roots: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const root of roots) {
    const stats = await stat(root).catch(() => null);
    if (stats?.isFile() === true) found.push(root);
    if (stats?.isDirectory() !== true) continue;
    for (const entry of await readdir(root, { recursive: true })) found.push(join(root, entry));
  }
  return found;
}

function describe({ service, rules, isGuess }: Watched): string[] {
  const kind = isGuess ? ' (a guess by its Dockerfile; develop.watch says more)' : '';
  return [
    `${service.name}: a change of its files has this effect${kind}`,
    ...rules.description.map((rule) => `  ${rule}`),
  ];
}

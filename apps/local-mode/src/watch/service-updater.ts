import { basename } from 'node:path';
import { formatError } from '@device-supervisor/errors';
import type Docker from 'dockerode';
import { copyIntoContainer, missingCopies } from './container-files.ts';
import { runInContainer } from './run-in-container.ts';
import type { ServiceRules } from './service-rules.ts';
import { combine, isNothing, type Actions, type Copy } from './update.ts';

/** The running project, as far as updates need it. */
export interface UpdaterContext {
  readonly engine: Docker;
  /** Id of the newest container of a service; `null`: there is none. */
  containerOf(service: string): Promise<string | null>;
  /**
   * Builds the image of a service and replaces its container.
   *
   * @param always whether the container is replaced although its image stays the same
   * @returns whether there is a new container
   * @throws Error with the reason why the new container does not run
   */
  rebuild(service: string, options: { readonly always: boolean }): Promise<boolean>;
  /** An update of a service begins or ends: its container may stop meanwhile. */
  onUpdate(service: string, isRunning: boolean): void;
  /** Prints a sentence about a service. */
  say(sentence: string): void;
}

export interface UpdatedService {
  readonly name: string;
  readonly rules: ServiceRules;
  /** Whether its image can be built here. */
  readonly isBuilt: boolean;
  /** Whether an image that is built holds every file that was copied into the container. */
  readonly imageHoldsCopies: boolean;
  /** Seconds that its program has to stop; `null`: not said. */
  readonly stopSeconds: number | null;
}

/** Stands for a new container of the service among the paths of an update. */
export const NEW_CONTAINER = '\0new container';

/** Seconds that a program has to stop when its service does not say: a developer does not wait for more. */
const STOP_SECONDS = 1;

/** @returns the function that carries out changes of one service, and says how long they took */
export function createServiceUpdater(
  service: UpdatedService,
  context: UpdaterContext,
): (paths: ReadonlySet<string>, since: number) => Promise<boolean> {
  const updater = new Updater(service, context);
  return (paths, since) => updater.update(paths, since);
}

class Updater {
  readonly #service: UpdatedService;
  readonly #context: UpdaterContext;
  /** Everything that was copied, by target: a new container gets it again. */
  readonly #copies = new Map<string, Copy>();
  /** The container that has the copies. */
  #container: string | null = null;

  constructor(service: UpdatedService, context: UpdaterContext) {
    this.#service = service;
    this.#context = context;
  }

  /** @returns whether it succeeded */
  async update(paths: ReadonlySet<string>, since: number): Promise<boolean> {
    this.#context.onUpdate(this.#service.name, true);
    try {
      return await this.#update(paths, since);
    } finally {
      this.#context.onUpdate(this.#service.name, false);
    }
  }

  async #update(paths: ReadonlySet<string>, since: number): Promise<boolean> {
    const changed = [...paths].filter((path) => path !== NEW_CONTAINER);
    const actions = combine(changed.map((path) => this.#service.rules.actionsFor(path)));
    const subject = isNothing(actions) ? 'new container' : describeFiles(changed);
    try {
      if (isNothing(actions) && !(paths.has(NEW_CONTAINER) && (await this.#needsCopies()))) return true;
      const done = actions.rebuild ? await this.#rebuild(actions, subject, false) : await this.#apply(actions, subject);
      if (done !== '') this.#say(`${subject}: ${done} in ${formatTime(performance.now() - since)}`);
      return true;
    } catch (error) {
      this.#say(`${subject}: ${formatError(error)}`);
      return false;
    }
  }

  /** Whether a new container lacks files that the one before it had. */
  async #needsCopies(): Promise<boolean> {
    const present = await this.#context.containerOf(this.#service.name);
    return this.#copies.size > 0 && present !== null && present !== this.#container;
  }

  async #apply(actions: Actions, subject: string): Promise<string> {
    const id = await this.#context.containerOf(this.#service.name);
    if (id === null) throw new Error('the service has no container; a new one gets the files');
    const again = id === this.#container ? [] : await this.#missingIn(id);
    for (const copy of actions.copies) this.#copies.set(copy.target, copy);
    try {
      return await this.#bring(id, actions, [...again, ...actions.copies]);
    } catch (error) {
      if (!this.#service.isBuilt || actions.programs.length > 0) throw error;
      this.#say(`${formatError(error)}; building the image instead`);
      // The container holds more than its image, or less.
      return await this.#rebuild(actions, subject, true);
    }
  }

  async #rebuild(actions: Actions, subject: string, always: boolean): Promise<string> {
    this.#say(`${subject}: rebuilding`);
    for (const copy of actions.copies) this.#copies.set(copy.target, copy);
    const isReplaced = await this.#context.rebuild(this.#service.name, { always });
    if (this.#service.imageHoldsCopies) this.#copies.clear();
    const id = await this.#context.containerOf(this.#service.name);
    if (id !== null) {
      // A new container has started its program already.
      const needed = { ...actions, restart: actions.restart && !isReplaced };
      await this.#bring(id, needed, await this.#missingIn(id));
    }
    return isReplaced ? 'rebuilt and replaced' : 'built, with the same image,';
  }

  async #missingIn(id: string): Promise<readonly Copy[]> {
    return await missingCopies(this.#context.engine.getContainer(id), [...this.#copies.values()]);
  }

  /** Brings files into a container, runs programs in it, and restarts it if need be. @returns the words for it */
  async #bring(id: string, { programs, restart }: Actions, copies: readonly Copy[]): Promise<string> {
    const { engine } = this.#context;
    const container = engine.getContainer(id);
    const { copied, removed } = await copyIntoContainer(engine, container, copies);
    this.#container = id;
    for (const program of programs) await runInContainer(engine, id, program);
    // A temporary file that came and went has no effect.
    const isNews = copied + removed > 0 || copies.length === 0;
    const restarts = isNews && (restart || copies.some((copy) => this.#restartsFor(copy)));
    if (restarts) await container.restart({ t: this.#service.stopSeconds ?? STOP_SECONDS });
    return describeDone({ copied, removed, restarts, programs: programs.length });
  }

  /** Whether the program has to start again to see a copy. */
  #restartsFor({ path }: Copy): boolean {
    return this.#service.rules.actionsFor(path).restart;
  }

  #say(sentence: string): void {
    this.#context.say(`${this.#service.name}: ${sentence}`);
  }
}

interface Done {
  readonly copied: number;
  readonly removed: number;
  readonly restarts: boolean;
  readonly programs: number;
}

function describeDone({ copied, removed, restarts, programs }: Done): string {
  return [
    ...(copied > 0 ? ['copied'] : []),
    ...(removed > 0 ? ['removed'] : []),
    ...(programs > 0 ? ['program run'] : []),
    ...(restarts ? ['restarted'] : []),
  ].join(' and ');
}

function describeFiles(paths: readonly string[]): string {
  const [first = '', ...rest] = paths.map((path) => basename(path));
  return rest.length === 0 ? first : `${first} and ${rest.length} more`;
}

/** E.g. `0.12 s`. */
function formatTime(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

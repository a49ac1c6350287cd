import type { Project, ProjectService } from '@device-supervisor/compose-project';
import { plainText } from '@device-supervisor/views';
import { buildImage } from '../build/build-image.ts';
import { observeContainers } from '../engine/observe-containers.ts';
import { detailOf, outcomeOf } from '../view/phase.ts';
import type { UpdaterContext } from '../watch/service-updater.ts';
import { watchProject, type ProjectWatch } from '../watch/watch-project.ts';
import { sendTarget, type ApplyContext, type ApplyResult } from './apply-project.ts';
import { findRunnable } from './build-services.ts';
import { watchServices, type Look } from './watch-services.ts';

/** The watch over the files of the project that runs. */
export interface RunWatch extends AsyncDisposable {
  /** The services as they were applied last, also by updates. */
  readonly applied: ApplyResult | null;
  /**
   * Begins to watch a project, and ends the watch over the one before.
   *
   * @param since milliseconds since 1970 when it was about to be read
   */
  open(project: Project, since: number): Promise<void>;
  /** The project runs: changes are carried out from now on. */
  start(applied: ApplyResult): Promise<void>;
  /** @returns services that were updated since the look before: what it shows of them is no news */
  look(look: Look): ReadonlySet<string>;
}

/** @param onProjectChange a file of the project itself has changed */
export function createRunWatch(context: ApplyContext, onProjectChange: () => void): RunWatch {
  return new Watch(context, onProjectChange);
}

/** Milliseconds between two looks while a container is replaced. */
const LOOK_INTERVAL = 100;

/** How long a container may stay as it is although its image is new, in milliseconds. */
const PATIENCE = 60_000;

class Watch implements RunWatch {
  applied: ApplyResult | null = null;
  readonly #context: ApplyContext;
  readonly #onProjectChange: () => void;
  #project: Project | null = null;
  #watch: ProjectWatch | null = null;
  readonly #containers = new Map<string, string>();
  readonly #updating = new Set<string>();
  #updated = new Set<string>();
  /** Builds come one after the other: the later ones find the layers of the earlier ones. */
  #rebuilds: Promise<unknown> = Promise.resolve();

  constructor(context: ApplyContext, onProjectChange: () => void) {
    this.#context = context;
    this.#onProjectChange = onProjectChange;
  }

  async open(project: Project, since: number): Promise<void> {
    const before = this.#watch;
    this.#watch = await watchProject(project, {
      since,
      say: (sentence) => this.#say(sentence),
      onProjectChange: this.#onProjectChange,
    });
    this.#project = project;
    await before?.[Symbol.asyncDispose]();
  }

  async start(applied: ApplyResult): Promise<void> {
    this.applied = applied;
    const { screen, engine } = this.#context;
    for (const sentence of this.#watch?.description ?? []) screen.print(screen.paint('dim', sentence));
    await this.#watch?.start({
      engine,
      containerOf: async (service) => (await observeContainers(engine)).get(service)?.id ?? null,
      rebuild: (service, { always }) => this.#rebuildNext(service, always),
      say: (sentence) => this.#say(sentence),
      onUpdate: (service, isRunning) => {
        this.#updated.add(service);
        if (isRunning) this.#updating.add(service);
        else this.#updating.delete(service);
      },
    } satisfies UpdaterContext);
  }

  look({ containers }: Look): ReadonlySet<string> {
    for (const [service, { id, state }] of containers) {
      if (state !== 'running' || this.#containers.get(service) === id) continue;
      this.#containers.set(service, id);
      this.#watch?.containerStarted(service);
    }
    const updated = this.#updated;
    this.#updated = new Set(this.#updating);
    return updated;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watch?.[Symbol.asyncDispose]();
  }

  async #rebuildNext(name: string, always: boolean): Promise<boolean> {
    const rebuilt = this.#rebuilds.then(() => this.#rebuild(name, always));
    this.#rebuilds = rebuilt.catch(() => undefined);
    return await rebuilt;
  }

  async #rebuild(name: string, always: boolean): Promise<boolean> {
    const service = this.#project?.services.find((one) => one.name === name);
    if (this.#project === null || this.applied === null || service?.build == null) {
      throw new Error('the service has no build');
    }
    const { screen, engine, signal } = this.#context;
    const before = (await observeContainers(engine)).get(name);
    const running = before === undefined ? null : (await engine.getContainer(before.id).inspect()).Image;
    const image = await buildImage({ ...service, build: service.build }, this.#project, {
      ...this.#context,
      onStep: () => undefined,
      onLine: (line) => screen.print(screen.paint('dim', `${name} | ${plainText(line)}`)),
    });
    if (image === running && !always) return false;
    signal.throwIfAborted();
    // The supervisor makes a new one.
    if (image === running && before !== undefined) await engine.getContainer(before.id).remove({ force: true });
    await this.#send(this.#project, name);
    await this.#replaced(service, before?.id ?? null);
    return true;
  }

  async #send(project: Project, built: string): Promise<void> {
    if (this.applied === null) return;
    const failures = new Map([...this.applied.failures].filter(([name]) => name !== built));
    const { notBuilt, runnable } = await findRunnable(project, failures, this.#context.engine);
    this.applied = { ...this.applied, failures, notBuilt };
    await sendTarget({ ...project, services: runnable }, this.#context);
  }

  /** @throws Error with the reason why the new container does not run */
  async #replaced({ name }: ProjectService, before: string | null): Promise<void> {
    const { project, notBuilt } = { project: this.#project, notBuilt: this.applied?.notBuilt };
    if (project === null || notBuilt === undefined) return;
    const began = performance.now();
    const options = { project, notBuilt, interval: LOOK_INTERVAL, signal: this.#context.signal };
    for await (const { phases, containers, settled } of watchServices(this.#context, options)) {
      const container = containers.get(name);
      const phase = phases.get(name);
      const isNew = container !== undefined && container.id !== before;
      const isGood = phase !== undefined && outcomeOf(phase) === 'good';
      if (isNew && (container.state === 'running' || isGood)) return;
      // On a busy machine nothing may change for a while before the supervisor begins.
      const isOver =
        settled && (performance.now() - began > PATIENCE || (phase !== undefined && outcomeOf(phase) === 'bad'));
      if (isOver) throw new Error(phase === undefined ? 'it does not run' : `${phase.kind}: ${detailOf(phase)}`);
    }
  }

  #say(sentence: string): void {
    this.#context.screen.print(sentence);
  }
}

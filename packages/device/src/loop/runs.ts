import {
  CallSlots,
  execute,
  hasApp,
  type AppSet,
  type ExecutePorts,
  type ExecutionEvent,
  type Operation,
} from '@device-supervisor/compose';
import { partition, type Batch } from './partition.ts';

export interface RunsOptions {
  readonly ports: ExecutePorts;
  readonly onEvent: (event: ExecutionEvent) => void;
  readonly onFault: (error: unknown) => void;
  /** One has ended. `changed`: an operation of it was done; `isReplaced`: {@link Runs.beginRound} ended it. */
  readonly onEnd: (end: { readonly changed: boolean; readonly isReplaced: boolean }) => void;
}

/** One execution, which can be ended early. */
interface Run extends Pick<Batch, 'apps' | 'shared'> {
  readonly abort: AbortController;
  /** Ids of operations under way, besides downloads. */
  readonly calls: Set<string>;
  /** Its end is expected, and no news. */
  isReplaced: boolean;
  finished: Promise<void>;
}

/** The executions under way: beside each other, so that an app whose operations take long holds up no other. */
export class Runs {
  readonly #options: RunsOptions;
  readonly #runs = new Set<Run>();
  readonly #slots = new CallSlots();
  /** Those that ended since the round began: what it has seen of their apps may be from before. */
  readonly #ended = new Set<Run>();

  constructor(options: RunsOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#runs.size === 0;
  }

  /** Whether one of them does something other than wait for downloads. */
  get isWorking(): boolean {
    return [...this.#runs].some(({ calls }) => calls.size > 0);
  }

  /** Apps with an execution under way. */
  get busyApps(): ReadonlySet<number> {
    return new Set([...this.#runs].flatMap(({ apps }) => [...apps]));
  }

  /** Begins what is about no app that is busy or was during this round, and leaves the rest to a later plan. */
  start(operations: readonly Operation[]): void {
    const others = [...this.#runs, ...this.#ended];
    for (const batch of partition(operations)) {
      if (others.some((run) => overlap(run.apps, batch.apps) || overlap(run.shared, batch.shared))) continue;
      const run: Run = {
        ...batch,
        abort: new AbortController(),
        calls: new Set(),
        isReplaced: false,
        finished: Promise.resolve(),
      };
      this.#runs.add(run);
      run.finished = this.#execute(run, batch.operations);
    }
  }

  /** Ends those that are about one of the apps: what runs is finished, and nothing new begins. */
  end(apps: AppSet): void {
    const isMeant = (run: Run): boolean =>
      run.apps.size === 0 ? apps.kind === 'all-but' : [...run.apps].some((id) => hasApp(apps, id));
    for (const run of this.#runs) if (isMeant(run)) run.abort.abort();
  }

  /**
   * To be called before the engine is looked at for the next plan. Ends those that only wait for downloads: their apps may
   * have something else to do by now.
   */
  async beginRound(): Promise<void> {
    const idle = [...this.#runs].filter(({ calls }) => calls.size === 0);
    for (const run of idle) {
      run.isReplaced = true;
      run.abort.abort();
    }
    await Promise.all(idle.map(({ finished }) => finished));
    this.#ended.clear();
  }

  /** Resolves when those under way have ended. */
  async settle(): Promise<void> {
    await Promise.all([...this.#runs].map(({ finished }) => finished));
  }

  async #execute(run: Run, operations: readonly Operation[]): Promise<void> {
    const { ports, onFault, onEnd } = this.#options;
    const results = await execute(operations, ports, {
      signal: run.abort.signal,
      slots: this.#slots,
      onFault,
      onEvent: (event) => {
        countCalls(run, event);
        this.#options.onEvent(event);
      },
    });
    this.#runs.delete(run);
    this.#ended.add(run);
    const changed = [...results.values()].some(({ status }) => status === 'done');
    onEnd({ changed, isReplaced: run.isReplaced });
  }
}

function countCalls({ calls }: Run, { type, operation: { id, kind } }: ExecutionEvent): void {
  if (kind === 'pull-image') return;
  if (type === 'started') calls.add(id);
  if (type === 'finished') calls.delete(id);
}

function overlap<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): boolean {
  return [...a].some((one) => b.has(one));
}

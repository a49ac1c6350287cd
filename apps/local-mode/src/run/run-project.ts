import { formatError, SupervisorError } from '@device-supervisor/errors';
import { KEYS_HELP, readKeys, type Command } from '../cli/keys.ts';
import { openPage } from '../cli/open-page.ts';
import type { Interruption } from '../cli/interruption.ts';
import { SupervisorLostError } from '../errors.ts';
import type { Project } from '@device-supervisor/compose-project';
import { applyProject, type ApplyContext, type ApplyResult } from './apply-project.ts';
import { followServices } from './follow.ts';
import type { Options } from '../cli/options.ts';
import type { Place } from './place.ts';
import { createRunWatch, type RunWatch } from './run-watch.ts';
import { printSummary, type SummaryFacts } from './summary.ts';

export interface RunProjectOptions {
  readonly place: Place;
  readonly context: ApplyContext;
  readonly interruption: Interruption;
  readonly facts: Omit<SummaryFacts, 'mode'> & Pick<Options, 'detach' | 'open'>;
  /** Whether changed files are carried out as they change. */
  readonly watch: boolean;
  /** Reads the project again, and sees to what has to be known of it elsewhere. */
  readProject(): Promise<Project>;
}

/**
 * Applies a project and follows its services, applying it again at the press of a key. Never ends by itself, unless it is
 * to detach.
 *
 * @returns whether everything is as it shall be; only when it detaches
 * @throws the interruption's reason; SupervisorLostError
 */
export async function runProject(first: Project, options: RunProjectOptions): Promise<boolean> {
  const { place, context, interruption, facts } = options;
  const { screen, logs } = context;
  const keyboard = facts.detach ? null : place.keyboard;
  const mode = facts.detach ? 'detached' : keyboard === null ? 'follow' : 'keys';
  const state: KeyState = { showLogs: true, again: new AbortController(), isStale: false };
  const showPage = async (): Promise<void> => {
    if (await openPage(`${facts.apiAddress}/`, place.environment)) return;
    screen.print(screen.paint('dim', `no program here opens pages; open ${facts.apiAddress}/ in a browser`));
  };
  using _keys =
    keyboard === null
      ? null
      : readKeys(keyboard, (command) => carryOut(command, { state, interruption, showPage, screen }));

  let project = first;
  let applied = NOTHING_APPLIED;
  let isToOpen = facts.open;
  await using watch = options.watch ? createRunWatch(context, () => markStale(state)) : null;
  // The project was read after this program began.
  await watch?.open(project, performance.timeOrigin);
  for (;;) {
    try {
      applied = await applyProject(project, context);
      await watch?.start(applied);
      printSummary(applied, logs, { screen, facts: { ...facts, mode } });
      if (isToOpen) await showPage();
      isToOpen = false;
    } catch (error) {
      if (facts.detach || !isCorrectable(error)) throw error;
      screen.print(screen.paint('red', formatError(error)));
    }
    if (facts.detach) return applied.succeeded;
    project = await nextProject({ project, applied, state, watch }, options);
  }
}

const NOTHING_APPLIED: ApplyResult = {
  phases: new Map(),
  containers: new Map(),
  notBuilt: new Map(),
  failures: new Map(),
  settled: true,
  succeeded: false,
};

const NONE_HIDDEN: ReadonlySet<string> = new Set();

interface KeyState {
  showLogs: boolean;
  /** Aborted when the project is to be applied again. */
  again: AbortController;
  /** The project's own files have changed since they were read. */
  isStale: boolean;
}

function markStale(state: KeyState): void {
  state.isStale = true;
  state.again.abort();
}

interface KeyContext {
  readonly state: KeyState;
  readonly interruption: Interruption;
  readonly screen: ApplyContext['screen'];
  showPage(): Promise<void>;
}

function carryOut(command: Command, { state, interruption, showPage, screen }: KeyContext): void {
  switch (command) {
    case 'apply':
      return state.again.abort();
    case 'logs':
      state.showLogs = !state.showLogs;
      return screen.print(screen.paint('dim', state.showLogs ? 'logs are on' : 'logs are off; l switches them on'));
    case 'page':
      return void showPage();
    case 'help':
      return screen.print(KEYS_HELP);
    case 'stop':
      return interruption.request();
  }
}

interface Followed {
  readonly project: Project;
  readonly applied: ApplyResult;
  readonly state: KeyState;
  readonly watch: RunWatch | null;
}

/** Follows the services until the project is to be applied again, and can be read. */
async function nextProject(
  { project, applied, state, watch }: Followed,
  { context, interruption, readProject }: RunProjectOptions,
): Promise<Project> {
  for (;;) {
    state.again = new AbortController();
    if (state.isStale) state.again.abort();
    const signal = AbortSignal.any([interruption.signal, state.again.signal]);
    try {
      await followServices(
        project,
        {
          applied: watch?.applied ?? applied,
          showLogs: () => state.showLogs,
          onLook: (look) => watch?.look(look) ?? NONE_HIDDEN,
        },
        { ...context, signal },
      );
    } catch (error) {
      interruption.signal.throwIfAborted();
      if (!signal.aborted) throw error;
    }
    const since = Date.now();
    state.isStale = false;
    try {
      const next = await readProject();
      await watch?.open(next, since);
      return next;
    } catch (error) {
      if (!isCorrectable(error)) throw error;
      context.screen.print(context.screen.paint('red', formatError(error)));
    }
  }
}

/** Whether a person can correct it and press the key once more. */
function isCorrectable(error: unknown): boolean {
  return error instanceof SupervisorError && !(error instanceof SupervisorLostError);
}

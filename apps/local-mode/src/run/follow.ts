import { colourOf, formatPhase } from '../view/format-phase.ts';
import { createLogPrinter } from '@device-supervisor/views';
import { outcomeOf } from '../view/phase.ts';
import type { Project } from '@device-supervisor/compose-project';
import type { ApplyContext, ApplyResult } from './apply-project.ts';
import { watchServices, type Look } from './watch-services.ts';

/** Milliseconds between two looks once the services are up. */
const LOOK_INTERVAL = 1000;

export interface FollowOptions {
  readonly applied: Pick<ApplyResult, 'phases' | 'notBuilt'>;
  showLogs(): boolean;
  /** @returns services of which nothing is printed this time */
  onLook(look: Look): ReadonlySet<string>;
}

/**
 * Prints the services' lines, and a line whenever one of them comes up or goes down, until the signal is aborted.
 *
 * @throws SupervisorLostError when the supervisor ends
 */
export async function followServices(
  project: Project,
  { applied, showLogs, onLook }: FollowOptions,
  context: ApplyContext,
): Promise<void> {
  const { screen, logs, signal } = context;
  const printer = createLogPrinter(
    screen,
    project.services.map(({ name }) => name),
  );
  logs.passTo((line) => {
    if (showLogs()) printer.print(line);
  });
  let shown = applied.phases;
  for await (const look of watchServices(context, {
    project,
    notBuilt: applied.notBuilt,
    interval: LOOK_INTERVAL,
    signal,
  })) {
    const hidden = onLook(look);
    const { phases } = look;
    const settled = [...phases].filter(([name, phase]) => !hidden.has(name) && outcomeOf(phase) !== 'active');
    for (const [name, phase] of settled) {
      if (shown.get(name)?.kind === phase.kind) continue;
      screen.print(`${name} is ${screen.paint(colourOf(phase), formatPhase(phase))}`);
    }
    // Until it has settled, a service is shown as it was.
    shown = new Map([...shown, ...settled]);
  }
}

import type { Screen } from '@device-supervisor/views';
import { serviceTable } from '../view/service-table.ts';
import type { Installation } from '../cli/installation.ts';
import type { LogHub } from './log-hub.ts';
import type { ApplyResult } from './apply-project.ts';

export interface SummaryFacts {
  readonly apiAddress: string;
  readonly logFile: string;
  /** The path that the developer edits, e.g. `examples/hello`. */
  readonly projectPath: string;
  /** Command that applies the project once more. */
  readonly command: string;
  readonly listenAll: boolean;
  /** Changes of the project's files are carried out as they come. */
  readonly watch: boolean;
  /** Commands, as a person types them here. */
  readonly installation: Pick<Installation, 'command'>;
  /** How to stop, when it is not as usual. */
  readonly stopHint: string | null;
  readonly mode: 'keys' | 'follow' | 'detached';
}

/** Prints what came of an apply, and what can be done next. */
export function printSummary(
  result: ApplyResult,
  logs: LogHub,
  { screen, facts }: { screen: Screen; facts: SummaryFacts },
): void {
  const { paint } = screen;
  screen.print('');
  for (const line of serviceTable(result.phases, result.containers, paint)) screen.print(line);
  const former = runningFromBefore(result);
  if (former.length > 0) screen.print(paint('yellow', `! still running from before: ${former.join(', ')}`));
  for (const [name, phase] of result.phases) {
    if (phase.kind !== 'failed') continue;
    for (const line of logs.tail(name)) screen.print(paint('dim', `  ${name} | ${line}`));
  }
  screen.print('');
  for (const [title, text] of nextSteps(facts)) screen.print(`${paint('dim', title.padEnd(10))}${text}`);
  if (facts.listenAll) screen.print(paint('yellow', LISTEN_ALL_WARNING));
  screen.print('');
}

/** Services that the target no longer has; they stop once every image of the new ones is there. */
function runningFromBefore({ phases, containers }: Pick<ApplyResult, 'phases' | 'containers'>): readonly string[] {
  return [...containers.values()]
    .filter(({ service, state }) => state === 'running' && !phases.has(service))
    .map(({ service }) => service);
}

export const LISTEN_ALL_WARNING =
  '! The API is open to everyone who can reach this machine, without a key: they can run programs here as root.';

function nextSteps({
  apiAddress,
  logFile,
  projectPath,
  command,
  mode,
  stopHint,
  installation,
  watch,
}: SummaryFacts): [string, string][] {
  const api: [string, string] = ['API', `${apiAddress}/v3/docs  (its log: ${logFile})`];
  const page = (hint: string): [string, string] => ['page', `${apiAddress}/${hint}`];
  switch (mode) {
    case 'keys':
      return [
        page('  (o opens it)'),
        api,
        ['change', `edit ${projectPath}${watch ? '' : ', then press r'}`],
        ['logs', 'follow here; l switches them off and on'],
        ['stop', stopHint ?? 'q or Ctrl-C'],
      ];
    case 'follow':
      return [
        page(''),
        api,
        ['change', `edit ${projectPath}${watch ? '' : `, then run ${command} again`}`],
        ['logs', 'follow here'],
        ['stop', stopHint ?? 'Ctrl-C'],
      ];
    case 'detached':
      return [
        page(''),
        api,
        ['change', `edit ${projectPath}, then run ${command} again`],
        ['logs', `curl -N ${apiAddress}/v2/local/logs`],
        ['stop', stopHint ?? installation.command('down')],
      ];
  }
}

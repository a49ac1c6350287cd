import type { WatchProgram, WatchRule } from '../project.ts';
import type { DevelopInput, WatchExecInput } from './compose-input.ts';
import { readKeyValues, withFallback } from './key-values.ts';
import type { ServiceContext } from './service-context.ts';

/** Reads `develop.watch` of a service. */
export function readWatchRules(
  path: readonly PropertyKey[],
  develop: DevelopInput | null | undefined,
  context: Pick<ServiceContext, 'fault' | 'lookup'>,
): readonly WatchRule[] {
  return (develop?.watch ?? []).map((rule, index): WatchRule => {
    const { action, target, exec } = rule;
    if (action.startsWith('sync') && target == null) {
      context.fault([...path, index], `${action} needs a target: the path in the container`);
    }
    if (action === 'sync+exec' && exec == null)
      context.fault([...path, index], 'sync+exec needs exec: the program to run');
    return {
      action,
      path: rule.path,
      target: target ?? null,
      ignore: rule.ignore ?? [],
      include: rule.include ?? [],
      initialSync: rule.initial_sync ?? false,
      exec: exec == null ? null : readExec(exec, context),
    };
  });
}

function readExec(exec: WatchExecInput, { lookup }: Pick<ServiceContext, 'lookup'>): WatchProgram {
  const { command, user, privileged, working_dir: workingDirectory, environment } = exec;
  return {
    command: typeof command === 'string' ? ['/bin/sh', '-c', command] : command,
    user: user ?? null,
    privileged: privileged ?? false,
    workingDirectory: workingDirectory ?? null,
    environment: withFallback(readKeyValues(environment), lookup),
  };
}

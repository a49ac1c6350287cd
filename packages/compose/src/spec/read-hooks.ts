import type { HookComposition, ServiceComposition } from '@device-supervisor/state';
import type { ContainerConfig, Hook } from '../container-config.ts';
import { FieldError } from './field-error.ts';
import type { FindingCollector } from './findings.ts';
import { toMap } from './list-or-map.ts';
import { unknownFields } from './note-unapplied.ts';
import { splitCommand } from './split-command.ts';

const APPLIED = new Set(['command', 'user', 'privileged', 'working_dir', 'environment']);

/** The fields `post_start` and `pre_stop`: commands that are run in the container beside its own process. */
export function readHooks(
  composition: ServiceComposition,
  findings: FindingCollector,
): Pick<ContainerConfig, 'postStart' | 'preStop'> {
  const read = (field: 'post_start' | 'pre_stop'): Hook[] =>
    findings.readEach(field, composition[field] ?? [], (hook, path) => {
      for (const name of unknownFields(hook, APPLIED)) {
        findings.notice(`${path}.${name}`, 'is not supported and has no effect');
      }
      return [readHook(hook)];
    });
  return { postStart: read('post_start'), preStop: read('pre_stop') };
}

function readHook({
  command,
  user = '',
  privileged = false,
  working_dir: workingDir = '',
  environment,
}: HookComposition): Hook {
  const words = typeof command === 'string' ? splitCommand(command) : command;
  if (words.length === 0) throw new FieldError('has no command');
  return { command: words, user: String(user), privileged, workingDir, environment: toMap(environment) };
}

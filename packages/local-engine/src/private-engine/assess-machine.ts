import type { CommandRunner } from '../command-runner.ts';
import { checkPrivateEngine, ENGINE_PROGRAMS, type PrivateEngineVerdict } from './requirements.ts';

/** Whether a private engine can be started on this machine. @param installAllowed whether a missing one may be installed */
export async function assessMachine(commands: CommandRunner, installAllowed: boolean): Promise<PrivateEngineVerdict> {
  return checkPrivateEngine({
    platform: process.platform,
    userId: process.getuid?.() ?? -1,
    missingPrograms: await missingPrograms(commands),
    hasAptGet: (await commands.find('apt-get')) !== undefined,
    installAllowed,
  });
}

/** Programs of a private engine that are not installed. */
export async function missingPrograms(commands: CommandRunner): Promise<readonly string[]> {
  const paths = await Promise.all(ENGINE_PROGRAMS.map((program) => commands.find(program)));
  return ENGINE_PROGRAMS.filter((_, index) => paths[index] === undefined);
}

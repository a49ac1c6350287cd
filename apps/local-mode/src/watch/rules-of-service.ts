import type { BuildInstructions, ProjectService } from '@device-supervisor/compose-project';
import { openBuildContext } from '../build/build-context.ts';
import { parseDockerfile } from '../build/dockerfile.ts';
import { developRules, type ContextRules } from './develop-rules.ts';
import { guessRules } from './guess-rules.ts';
import type { ServiceRules } from './service-rules.ts';

/** The rules of a service: its own ones, or a guess by its Dockerfile; `null`: there is nothing to watch. */
export async function rulesOfService(
  service: Pick<ProjectService, 'watch' | 'build'>,
): Promise<{ readonly rules: ServiceRules; readonly isGuess: boolean } | null> {
  const { build, watch } = service;
  if (watch.length > 0) {
    const context = build === null ? null : await contextOf(build);
    return { rules: developRules(service, context), isGuess: false };
  }
  if (build === null) return null;
  const context = await contextOf(build);
  return { rules: guessRules(parseDockerfile(context.dockerfile), build, context), isGuess: true };
}

async function contextOf(build: BuildInstructions): Promise<ContextRules & { readonly dockerfile: string }> {
  return await openBuildContext(build, null);
}

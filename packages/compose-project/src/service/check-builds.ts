import type { Project } from '../project.ts';
import { didYouMean } from './did-you-mean.ts';

export interface BuildSurroundings {
  /** Names of the secrets in the compose file. */
  readonly declared: readonly string[];
  fault(path: readonly PropertyKey[], message: string): void;
}

/** Checks that what builds refer to is there: secrets of the project, and services whose images are contexts. */
export function checkBuilds(
  { services, buildSecrets }: Pick<Project, 'services' | 'buildSecrets'>,
  { declared, fault }: BuildSurroundings,
): void {
  for (const { name, build } of services) {
    const path = ['services', name, 'build'];
    for (const secret of Object.values(build?.secrets ?? {})) {
      if (Object.hasOwn(buildSecrets, secret)) continue;
      fault([...path, 'secrets'], `secret ${secret} is not declared in secrets${didYouMean(secret, declared)}`);
    }
    for (const [context, source] of Object.entries(build?.additionalContexts ?? {})) {
      if (!source.startsWith('service:')) continue;
      const service = services.find((one) => one.name === source.slice('service:'.length));
      if (service?.build == null)
        fault([...path, 'additional_contexts', context], `${source} is not a service that is built here`);
    }
  }
}

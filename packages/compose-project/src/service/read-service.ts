import { readBuild } from './read-build.ts';
import type { ServiceInput } from './compose-input.ts';
import { deviceDifferences } from './device-differences.ts';
import { readKeyValues, withFallback } from './key-values.ts';
import type { ServiceContext } from './service-context.ts';
import { featuresOfMounts } from '../balena/features-of-mounts.ts';
import { builtImage, type ProjectService } from '../project.ts';
import { readEnvFile, type EnvFileSource } from '../variables/env-files.ts';

/** Reads one service of a compose file. */
export async function readService(name: string, input: ServiceInput, context: ServiceContext): Promise<ProjectService> {
  const { image, build, environment, env_file: envFiles, labels, label_file: labelFiles, ...rest } = input;
  const { profiles: _profiles, develop, ...composition } = rest;
  const path = ['services', name];
  if (build == null && image == null) context.fault(path, 'needs an image or a build');
  const features = featuresOfMounts(composition['volumes']);
  for (const { source, label } of features.replaced) {
    context.remark(`${name}: the bind mount of ${source} becomes the label ${label}, which grants it on a device`);
  }
  for (const remark of deviceDifferences(name, input)) context.remark(remark);
  return {
    name,
    image: build == null ? (image ?? '') : builtImage(name),
    build: build == null ? null : await readBuild({ name, build, image }, context),
    environment: {
      ...(await readVariables(envFiles ?? [], [...path, 'env_file'], context)),
      ...withFallback(readKeyValues(environment), context.lookup),
    },
    labels: {
      ...(await readVariables(
        (labelFiles ?? []).map((file) => ({ path: file, required: true })),
        [...path, 'label_file'],
        context,
      )),
      ...Object.fromEntries(features.replaced.map(({ label }) => [label, '1'])),
      ...withFallback(readKeyValues(labels), () => ''),
    },
    composition: Object.fromEntries(
      Object.entries({
        ...composition,
        ...(features.replaced.length === 0 ? {} : { volumes: features.mounts }),
      }).filter(([key, value]) => value !== undefined && !key.startsWith('x-')),
    ),
    dependencies: namedServices(input),
    watch: (develop?.watch ?? []).map(({ action, path: watched, target, ignore }) => ({
      action,
      path: watched,
      target: target ?? null,
      ignore: ignore ?? [],
    })),
  };
}

/** Services that a service names: those that it depends on, and those whose namespace or volumes it uses. */
export function namedServices(input: ServiceInput): string[] {
  const { depends_on: declared } = input;
  const ordered = declared == null ? [] : Array.isArray(declared) ? declared : Object.keys(declared);
  const shared = ['network_mode', 'pid', 'ipc'].flatMap((field) => {
    const value = input[field];
    return typeof value === 'string' && value.startsWith('service:') ? [value.slice('service:'.length)] : [];
  });
  const volumesFrom = Array.isArray(input['volumes_from']) ? input['volumes_from'].map(String) : [];
  const mounted = volumesFrom
    .filter((entry) => !entry.startsWith('container:'))
    .map((entry) => entry.split(':')[0] ?? '');
  return [...new Set([...ordered, ...shared, ...mounted])];
}

interface VariableFile extends EnvFileSource {
  readonly required: boolean;
}

async function readVariables(
  files: readonly VariableFile[],
  path: readonly PropertyKey[],
  context: ServiceContext,
): Promise<Record<string, string>> {
  const variables = new Map<string, string>();
  for (const file of files) {
    const found = await readEnvFile(file, (name) => context.lookup(name) ?? variables.get(name));
    if (found === undefined && file.required) context.fault(path, `there is no file ${file.path}`);
    for (const [name, value] of found ?? []) variables.set(name, value);
  }
  return Object.fromEntries(variables);
}

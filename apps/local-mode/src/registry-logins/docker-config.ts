import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { RegistryAuth } from '@device-supervisor/device';
import { hasErrorCode } from '@device-supervisor/errors';
import * as z from 'zod';

const Entry = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
  registrytoken: z.string().optional(),
});
/** Any text may be the name of a registry, also one that objects inherit. */
const byRegistry = <T extends z.ZodType>(value: T) =>
  z
    .record(z.string(), value)
    .default({})
    .transform((entries) => new Map(Object.entries(entries)));

export const DockerConfig = z.object({
  /** By registry; empty where a credential helper has the secret. */
  auths: byRegistry(Entry),
  /** The credential helper for registries that `credHelpers` does not name. */
  credsStore: z.string().default(''),
  /** Credential helpers by registry. */
  credHelpers: byRegistry(z.string()),
});
/** The parts of docker's `config.json` that are about logins. */
export type DockerConfig = z.output<typeof DockerConfig>;

/** The key of Docker Hub in the configuration. */
const HUB_KEY = 'https://index.docker.io/v1/';
const HUB_NAMES: readonly string[] = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];

/** Path of the configuration that docker uses in this environment. */
export function dockerConfigPath(environment: Readonly<Record<string, string | undefined>>): string {
  const { DOCKER_CONFIG: directory, HOME: home } = environment;
  return join(
    directory === undefined || directory === '' ? join(home ?? homedir(), '.docker') : directory,
    'config.json',
  );
}

/**
 * Reads docker's configuration; a file that does not exist has no logins.
 *
 * @throws Error without any part of the file in its message
 */
export async function readDockerConfig(path: string): Promise<DockerConfig> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return DockerConfig.parse({});
    throw new Error('the file cannot be read', { cause: error });
  }
  const parsed = DockerConfig.safeParse(parseJson(text));
  if (!parsed.success) throw new Error('the file is not a configuration of docker');
  return parsed.data;
}

/** The parser's own message quotes the text, which may be a secret. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The key of a registry in the configuration, and for credential helpers. @param registry host and port */
export function configKey(registry: string): string {
  return HUB_NAMES.includes(registry) ? HUB_KEY : registry;
}

/** The registry of a key, as image references name it. */
export function registryOfKey(key: string): string {
  const host = key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return HUB_NAMES.includes(host) ? 'docker.io' : host;
}

/** The login that the file itself holds. */
export function storedLogin({ auths }: DockerConfig, registry: string): RegistryAuth | null {
  const key = configKey(registry);
  // Old versions of docker wrote addresses.
  const entry = auths.get(key) ?? [...auths].find(([other]) => registryOfKey(other) === registryOfKey(key))?.[1];
  if (entry === undefined) return null;
  const { auth, identitytoken, registrytoken } = entry;
  if (registrytoken !== undefined && registrytoken !== '') return { registryToken: registrytoken };
  if (identitytoken !== undefined && identitytoken !== '') return { identityToken: identitytoken };
  const [, username = entry.username, password = entry.password] =
    /^([^:]*):([^\0]*)/.exec(Buffer.from(auth ?? '', 'base64').toString()) ?? [];
  if (username === undefined || username === '' || password === undefined) return null;
  return { username, password };
}

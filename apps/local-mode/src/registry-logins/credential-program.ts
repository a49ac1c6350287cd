import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { RegistryAuth } from '@device-supervisor/device';
import * as z from 'zod';

export interface HelperOptions {
  /** As the configuration has it: the program is `docker-credential-NAME`. */
  readonly helper: string;
  /** Of the program: it may need a session bus, an agent or a configuration of its own. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const Credentials = z.object({ Username: z.string(), Secret: z.string() });
const List = z.record(z.string(), z.string());

/** Stands for the name of a user when the secret is an identity token. */
const TOKEN_USER = '<token>';
const NOT_FOUND = /credentials not found/i;

/**
 * Asks a credential helper of docker for a login.
 *
 * @param key of the registry in the configuration
 * @returns `null`: the helper has none
 * @throws Error without any of the helper's output in its message
 */
export async function helperLogin(key: string, options: HelperOptions): Promise<RegistryAuth | null> {
  const output = await runHelper('get', key, options);
  if (output === null) return null;
  const { Username: username, Secret: secret } = decode(output, Credentials, options);
  return username === TOKEN_USER ? { identityToken: secret } : { username, password: secret };
}

/** The keys of the registries for which a credential helper has logins. @throws as {@link helperLogin} */
export async function helperKeys(options: HelperOptions): Promise<readonly string[]> {
  const output = await runHelper('list', '', options);
  return output === null ? [] : Object.keys(decode(output, List, options));
}

/** @returns `null`: it has no such login */
async function runHelper(action: 'get' | 'list', input: string, options: HelperOptions): Promise<string | null> {
  const program = programOf(options);
  const child = spawn(program, [action], { stdio: ['pipe', 'pipe', 'ignore'], env: { ...options.environment } });
  // A helper that ends without reading is no failure of its own.
  child.stdin.on('error', () => undefined).end(input);
  try {
    const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
    const { exitCode: code } = child;
    if (code === 0) return output;
    if (NOT_FOUND.test(output)) return null;
    throw new Error(`${program} fails with exit code ${String(code)}`);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new Error(`${program} cannot be run`, { cause: error });
  }
}

function decode<T extends z.ZodType>(output: string, schema: T, options: HelperOptions): z.infer<T> {
  let value: unknown = null;
  try {
    value = JSON.parse(output);
  } catch {
    // The message would quote the secret.
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`${programOf(options)} gives no login in the form that docker defines`);
}

function programOf({ helper }: HelperOptions): string {
  return `docker-credential-${helper}`;
}

import { spawn } from 'node:child_process';

/** Programs that open an address in the browser of the person, by how the machine is used. */
const OPENERS = ['xdg-open', 'wslview', 'open'] as const;

/** Opens a page in the browser. Tries one program after the other. @returns whether one was there */
export async function openPage(
  address: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  for (const program of OPENERS) if (await starts(program, address, environment)) return true;
  return false;
}

async function starts(
  program: string,
  address: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  // In a session of its own: the browser outlives this program.
  const child = spawn(program, [address], { detached: true, stdio: 'ignore', env: environment });
  child.once('spawn', () => resolve(true)).once('error', () => resolve(false));
  child.unref();
  return await promise;
}

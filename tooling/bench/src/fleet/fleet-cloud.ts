import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import * as z from 'zod';
import type { Command } from './cloud-commands.ts';

/** A cloud in another process, asked one question at a time; disposing of it ends it. */
export interface FleetCloud extends AsyncDisposable {
  readonly access: CloudAccess;
  /** The devices are to run a new release. */
  release(): Promise<void>;
  /** How many devices said that they run the newest release. */
  running(): Promise<number>;
  /** Answers everything with 503 until it is healed. */
  fail(): Promise<void>;
  heal(): Promise<void>;
  /** Requests since the last time. */
  takeRequests(): Promise<readonly FleetRequest[]>;
}

/** How to register a device. */
export type CloudAccess = z.infer<typeof CloudAccess>;

export type FleetRequest = z.infer<typeof FleetRequest>;

const CloudAccess = z.object({ endpoint: z.string(), fleetId: z.number(), provisioningKey: z.string() });
/** `at`: milliseconds since the epoch; `bytes`: of the request and its answer. */
const FleetRequest = z.object({ kind: z.string(), at: z.number(), bytes: z.number() });
const Answer = z.tuple([z.unknown()]);

/** @param pollInterval milliseconds between two polls of a device */
export async function startFleetCloud(pollInterval: number): Promise<FleetCloud> {
  const child = fork(join(import.meta.dirname, 'cloud-process.ts'), [String(pollInterval)]);
  const exit = once(child, 'exit');
  const ended = exit.then(() => Promise.reject(new Error(`the cloud ended with exit code ${child.exitCode}`)));
  ended.catch(() => undefined);
  const ask = async (command: Command): Promise<unknown> => {
    const answer = once(child, 'message').then((message) => Answer.parse(message.slice(0, 1))[0]);
    child.send(command);
    return await Promise.race([answer, ended]);
  };
  return {
    access: CloudAccess.parse(await ask('describe')),
    release: async () => void (await ask('release')),
    running: async () => z.number().parse(await ask('running')),
    fail: async () => void (await ask('fail')),
    heal: async () => void (await ask('heal')),
    takeRequests: async () => z.array(FleetRequest).parse(await ask('take')),
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect();
      await exit;
    },
  };
}

import { setImmediate } from 'node:timers/promises';
import type { LogSubscription } from '../subscription.ts';

/** The next messages of a subscription; `null`: it has ended. */
export async function take(reader: LogSubscription, count: number): Promise<(string | null)[]> {
  const messages = [];
  for (let index = 0; index < count; index++) {
    const { done, value } = await reader.next();
    messages.push(done === true ? null : value.message);
  }
  return messages;
}

/** Reads all messages that are available, and ends the reader. */
export async function rest(reader: LogSubscription): Promise<string[]> {
  await settled();
  const messages: string[] = [];
  for (;;) {
    const next = reader.next();
    const answer = await Promise.race([next, settled()]);
    if (answer === undefined || answer.done === true) break;
    messages.push(answer.value.message);
  }
  reader[Symbol.dispose]();
  return messages;
}

/** All that is to happen without time passing has happened. */
export async function settled(): Promise<undefined> {
  for (let turn = 0; turn < 10; turn++) await setImmediate();
}

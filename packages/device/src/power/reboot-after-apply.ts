import type { Power } from './create-power.ts';
import type { RebootBreadcrumb } from './ports.ts';

export interface RebootAfterApplyDependencies {
  readonly breadcrumb: RebootBreadcrumb;
  /** Another one after each boot; `null`: the kernel does not say. */
  readonly bootId: string | null;
  readonly power: Pick<Power, 'reboot'>;
  /** The reasons cannot be read or written. The supervisor goes on without them. */
  readonly onFault: (error: unknown) => void;
  /** Called before the host reboots, once for the same reasons; the reboot waits for it. Never rejects. */
  readonly announce?: (reasons: readonly string[]) => Promise<void>;
}

/** `scheduled`: for this reason the host is to reboot. `begins`: it reboots now, for these reasons. */
export type RebootNews =
  | { readonly phase: 'scheduled'; readonly reason: string }
  | { readonly phase: 'begins'; readonly reasons: readonly string[] };

/** A reboot that waits until nothing else is left to do. Survives a restart of the supervisor, and not the reboot. */
export interface RebootAfterApply {
  /** Why a reboot is to come, in words; empty: none is. */
  readonly reasons: readonly string[];
  /** Why the host goes down now; empty: it does not. */
  readonly begun: readonly string[];
  /** Asks for a reboot; resolves when that is written down. */
  schedule(reason: string): Promise<void>;
  /** Takes a reason back, because what it stood for was not done after all. */
  cancel(reason: string): Promise<void>;
  /**
   * To be called when nothing else is left to do. Resolves to whether the host is going to reboot: not when there is no
   * reason to.
   *
   * @throws what `power.reboot` does; to be called again when that may be over, e.g. when a lock was released
   */
  rebootIfScheduled(): Promise<boolean>;
  /** Calls back with the reasons that there are now, and with all news, until disposed of. */
  subscribe(listener: (news: RebootNews) => void): Disposable;
}

/**
 * Reads the reasons that an earlier run of the supervisor wrote down in this boot. Where the file is not in
 * memory, reasons of another boot are removed: they must never lead to a reboot after each boot. Boots are told apart by their id,
 * not by time: a device without a battery for its clock starts in the past.
 */
export async function openRebootAfterApply(dependencies: RebootAfterApplyDependencies): Promise<RebootAfterApply> {
  const { breadcrumb, bootId, power, announce = async () => undefined } = dependencies;
  const listeners = new Set<(news: RebootNews) => void>();
  const publish = (news: RebootNews): void => listeners.forEach((listener) => listener(news));
  /** Reasons, one per line, of the last announcement and of the last reboot that began. */
  const latest = { announced: '', begun: '' };
  let begun: readonly string[] = [];
  let reasons = await recoverReasons(dependencies);
  const keep = async (wanted: readonly string[]): Promise<void> => {
    if (wanted.length === 0) await breadcrumb.remove();
    else await breadcrumb.write(print(bootId, wanted));
    reasons = wanted;
  };
  return {
    get reasons() {
      return reasons;
    },
    get begun() {
      return begun;
    },
    async schedule(reason) {
      if (reasons.includes(reason)) return;
      await keep([...reasons, reason]);
      publish({ phase: 'scheduled', reason });
    },
    async cancel(reason) {
      if (reasons.includes(reason)) await keep(reasons.filter((other) => other !== reason));
    },
    async rebootIfScheduled() {
      if (reasons.length === 0) return false;
      const current = reasons;
      const text = current.join('\n');
      if (latest.announced !== text) await announce(current);
      latest.announced = text;
      await power.reboot({ force: false });
      // It is called again until the host is down.
      if (latest.begun !== text) publish({ phase: 'begins', reasons: current });
      latest.begun = text;
      begun = current;
      return true;
    },
    subscribe(listener) {
      listeners.add(listener);
      for (const reason of reasons) listener({ phase: 'scheduled', reason });
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
}

async function recoverReasons({
  breadcrumb,
  bootId,
  onFault,
}: RebootAfterApplyDependencies): Promise<readonly string[]> {
  try {
    const content = await breadcrumb.read();
    if (content === null) return [];
    const reasons = readReasons(content, bootId);
    if (reasons === null) {
      // Another supervisor's file, which has no boot id: from now on it has, and leads to one reboot at most.
      await breadcrumb.write(print(bootId, [FOREIGN]));
      return [FOREIGN];
    }
    if (reasons.length === 0) await breadcrumb.remove();
    return reasons;
  } catch (error) {
    onFault(error);
    return [];
  }
}

const FOREIGN = 'another supervisor asked for it';

function print(bootId: string | null, reasons: readonly string[]): string {
  return `${JSON.stringify({ bootId, reasons })}\n`;
}

/** @returns none: it is of another boot, or boots cannot be told apart; `null`: it does not say of which boot it is */
function readReasons(content: string, bootId: string | null): string[] | null {
  if (bootId === null) return [];
  const breadcrumb = parse(content);
  if (typeof breadcrumb !== 'object' || breadcrumb === null) return null;
  if (!('bootId' in breadcrumb) || !('reasons' in breadcrumb) || !Array.isArray(breadcrumb.reasons)) return null;
  return breadcrumb.bootId === bootId ? breadcrumb.reasons.map(String) : [];
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}

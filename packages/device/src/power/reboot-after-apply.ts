import type { Power } from './create-power.ts';
import type { RebootBreadcrumb } from './ports.ts';

export interface RebootAfterApplyDependencies {
  readonly breadcrumb: RebootBreadcrumb;
  /** Another one after each boot; `null`: the kernel does not say. */
  readonly bootId: string | null;
  readonly power: Pick<Power, 'reboot'>;
}

/** A reboot that waits until nothing else is left to do. Survives a restart of the supervisor, and not the reboot. */
export interface RebootAfterApply {
  /** Why a reboot is to come, in words; empty: none is. */
  readonly reasons: readonly string[];
  /** Asks for a reboot; resolves when that is written down. */
  schedule(reason: string): Promise<void>;
  /**
   * To be called when nothing else is left to do. Resolves to whether the host is going to reboot: not when there is no
   * reason to.
   *
   * @throws what `power.reboot` does; to be called again when that may be over, e.g. when a lock was released
   */
  rebootIfScheduled(): Promise<boolean>;
}

/**
 * Reads the reasons that an earlier run of the supervisor wrote down in this boot. What another boot left behind, where
 * the file is not in memory, is removed: it must never lead to a reboot after each boot. Boots are told apart by their id,
 * not by time: a device without a battery for its clock starts in the past.
 */
export async function openRebootAfterApply(dependencies: RebootAfterApplyDependencies): Promise<RebootAfterApply> {
  const { breadcrumb, bootId, power } = dependencies;
  const content = await breadcrumb.read();
  let reasons = content === null ? [] : readReasons(content, bootId);
  if (content !== null && reasons.length === 0) await breadcrumb.remove();
  return {
    get reasons() {
      return reasons;
    },
    async schedule(reason) {
      if (reasons.includes(reason)) return;
      const wanted = [...reasons, reason];
      await breadcrumb.write(`${JSON.stringify({ bootId, reasons: wanted })}\n`);
      reasons = wanted;
    },
    async rebootIfScheduled() {
      if (reasons.length === 0) return false;
      await power.reboot({ force: false });
      return true;
    },
  };
}

/** A file of this boot has the boot's id; anything else is not of this boot, or not ours. */
function readReasons(content: string, bootId: string | null): string[] {
  const breadcrumb = parse(content);
  if (typeof breadcrumb !== 'object' || breadcrumb === null || bootId === null) return [];
  if (!('bootId' in breadcrumb) || breadcrumb.bootId !== bootId || !('reasons' in breadcrumb)) return [];
  return Array.isArray(breadcrumb.reasons) ? breadcrumb.reasons.map(String) : [];
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}

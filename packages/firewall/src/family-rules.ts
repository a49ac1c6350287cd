import { FirewallToolMissingError } from './errors.ts';
import type { IpFamily } from './firewall-rules.ts';
import {
  createPacketFilter,
  familyInUse,
  legacyInUse,
  type FilterVariant,
  type PacketFilter,
  type PacketFilterOptions,
} from './packet-filter.ts';
import { removalInput, restoreInput } from './rule-text.ts';

export interface FamilyRulesOptions extends PacketFilterOptions {
  readonly family: IpFamily;
  /** `/proc/net` of the network that is meant. */
  readonly procNet: string;
}

/** The rules of ours that the kernel has for one address family. */
export interface FamilyRules {
  /**
   * Makes the kernel have these rules. When that fails, it has those that it had.
   *
   * @returns whether it had others
   * @throws FirewallToolMissingError, FirewallFailedError
   */
  ensure(rules: readonly string[]): Promise<boolean>;
}

export function createFamilyRules(options: FamilyRulesOptions): FamilyRules {
  const { family, procNet } = options;
  let filter: PacketFilter | null = null;
  /** The requested rule, and how this version of the kernel's tool prints it. */
  let written: { readonly rules: string; readonly printed: string } | null = null;

  async function write(rules: readonly string[], tables: PacketFilter): Promise<boolean> {
    const wanted = rules.join('\n');
    const before = await tables.list();
    const printed = before.rules.join('\n');
    const known = printed === wanted || (written?.rules === wanted && printed === written.printed);
    if (before.hasJump && known) return false;
    await tables.restore(restoreInput(rules, before));
    const after = await tables.list();
    // Another program may have changed the rules in between. We then do not know how the kernel prints ours, and the
    // next check writes them again.
    written = after.rules.length === rules.length ? { rules: wanted, printed: after.rules.join('\n') } : null;
    return true;
  }

  return {
    async ensure(rules) {
      if (!(await familyInUse(family, procNet))) return false;
      if (filter !== null) return write(rules, filter);
      const { tables, other } = await chooseFilter(options);
      const changed = await write(rules, tables);
      if (other !== null) await remove(createPacketFilter({ ...options, variant: other }));
      filter = tables;
      return changed;
    },
  };
}

interface FilterChoice {
  readonly tables: PacketFilter;
  /** The packet filter in which a supervisor before us may have left rules; they would continue to hold. */
  readonly other: FilterVariant | null;
}

/**
 * Uses the packet filter that the rest of the host uses, unless a variant is given: the legacy one if it holds rules, else
 * the machine's default, which avoids nft where the kernel lacks it.
 */
async function chooseFilter({ variant, procNet, ...options }: FamilyRulesOptions): Promise<FilterChoice> {
  const legacy = await legacyInUse(options.family, procNet);
  if (variant === 'nft')
    return { tables: createPacketFilter({ ...options, variant }), other: legacy ? 'legacy' : null };
  if (variant === null && !legacy) return { tables: createPacketFilter({ ...options, variant }), other: null };
  const tables = createPacketFilter({ ...options, variant: 'legacy' });
  try {
    await tables.list();
    return { tables, other: 'nft' };
  } catch (error) {
    // Before there were two, the only one had no other name.
    if (variant !== null || !(error instanceof FirewallToolMissingError)) throw error;
    return { tables: createPacketFilter({ ...options, variant }), other: null };
  }
}

/** Takes our chain away, if there is such a packet filter and it has one. */
async function remove(tables: PacketFilter): Promise<void> {
  const [listing] = await Promise.allSettled([tables.list()]);
  if (listing.status === 'fulfilled' && listing.value.hasChain) await tables.restore(removalInput(listing.value));
}

import { CHAIN } from './firewall-rules.ts';

/** Our rules in the filter table. */
export interface Listing {
  readonly hasChain: boolean;
  /** Whether INPUT jumps to our chain. */
  readonly hasJump: boolean;
  /** The rules of our chain, as the kernel's tool prints them. */
  readonly rules: readonly string[];
}

const JUMP = `INPUT -j ${CHAIN}`;

/** Reads the output of `iptables -S`. */
export function readListing(output: string): Listing {
  const lines = output.split('\n').map((line) => line.trim());
  return {
    hasChain: lines.includes(`-N ${CHAIN}`),
    hasJump: lines.includes(`-A ${JUMP}`),
    rules: lines.filter((line) => line.startsWith(`-A ${CHAIN} `)),
  };
}

/**
 * The input of `iptables-restore --noflush` that puts these rules into our chain instead of those that it has. All of it
 * is one transaction, and touches no other chain, but that a jump to ours comes first in INPUT where there was none.
 */
export function restoreInput(rules: readonly string[], { hasJump }: Pick<Listing, 'hasJump'>): string {
  return transaction([...rules, ...(hasJump ? [] : [`-I ${JUMP}`])]);
}

/** The input of `iptables-restore --noflush` that takes our chain away. */
export function removalInput({ hasJump }: Pick<Listing, 'hasJump'>): string {
  return transaction([...(hasJump ? [`-D ${JUMP}`] : []), `-X ${CHAIN}`]);
}

/** Declaring the chain makes it, or empties it. */
function transaction(lines: readonly string[]): string {
  return ['*filter', `:${CHAIN} - [0:0]`, ...lines, 'COMMIT', ''].join('\n');
}

import { isWithin } from './address-plan.ts';

/** The rules to remove, and those to keep. */
export interface RuleRemovalRequest {
  /** `iptables-save` from before the engine started. */
  readonly before: string;
  /** `iptables-save` now. */
  readonly now: string;
  /** Bridges of the engine. */
  readonly bridges: ReadonlySet<string>;
  /** IPv4 ranges of these bridges. */
  readonly subnets: readonly string[];
  /** Interfaces that exist and are not the engine's. */
  readonly otherLinks: ReadonlySet<string>;
}

export interface RuleRemoval {
  /** Input for `iptables-restore --noflush`; empty when nothing is to be done. */
  readonly script: string;
  /** No engine uses the `DOCKER` chains any more: they go, or were not there. */
  readonly chainsUnused: boolean;
}

/** One table of `iptables-save`. */
interface Table {
  readonly name: string;
  /** Policies of the built-in chains. */
  readonly policies: ReadonlyMap<string, string>;
  /** Chains made by programs. */
  readonly chains: readonly string[];
  /** Lines that begin with `-A`. */
  readonly rules: readonly string[];
}

/**
 * Plans the removal of everything that a `dockerd` put into a firewall: rules that name its bridges or addresses; the
 * `DOCKER*` chains with the jumps to them, and the `DROP` policy of `FORWARD`, unless they were there before it or
 * another engine uses them.
 */
export function planRuleRemoval(request: RuleRemovalRequest): RuleRemoval {
  const before = parseTables(request.before);
  const now = parseTables(request.now);
  const chainsUnused = !now.some((table) => usesChains(table, request.otherLinks));
  const script = now.map((table) => {
    const earlier = before.find(({ name }) => name === table.name);
    return tableScript(table, earlier, { ...request, chainsUnused });
  });
  return { script: script.join(''), chainsUnused };
}

interface Context extends RuleRemovalRequest {
  readonly chainsUnused: boolean;
}

function tableScript(table: Table, earlier: Table | undefined, context: Context): string {
  const kept = new Set(earlier?.rules);
  const chains = context.chainsUnused
    ? table.chains.filter((chain) => isEngineChain(chain) && !earlier?.chains.includes(chain))
    : [];
  const rules = table.rules.filter((rule) => {
    const { chain, target, links } = readRule(rule);
    if (chains.includes(chain)) return false;
    if (target !== undefined && chains.includes(target)) return true;
    if (kept.has(rule)) return false;
    return (
      links.some((link) => context.bridges.has(link)) ||
      isOwnAddress(rule, context.subnets) ||
      (context.chainsUnused && (isEngineChain(target) || isReturn(rule)))
    );
  });
  const policies = [...table.policies].filter(
    ([chain, policy]) =>
      context.chainsUnused && chain === 'FORWARD' && policy === 'DROP' && earlier?.policies.get(chain) !== 'DROP',
  );
  const lines = [
    ...policies.map(([chain]) => `:${chain} ACCEPT [0:0]`),
    ...rules.map((rule) => rule.replace(/^-A/, '-D')),
    ...chains.map((chain) => `-F ${chain}`),
    ...chains.map((chain) => `-X ${chain}`),
  ];
  return lines.length === 0 ? '' : `*${table.name}\n${lines.join('\n')}\nCOMMIT\n`;
}

function usesChains(table: Table, links: ReadonlySet<string>): boolean {
  return engineLinks(table).some((link) => links.has(link));
}

/** Interfaces named by the rules in the engine chains and by those that jump to them. */
function engineLinks(table: Table): readonly string[] {
  return table.rules
    .map(readRule)
    .filter(({ chain, target }) => isEngineChain(chain) || isEngineChain(target))
    .flatMap(({ links }) => links);
}

function isEngineChain(chain: string | undefined): boolean {
  return chain === 'DOCKER' || chain?.startsWith('DOCKER-') === true;
}

/** Engines end each of their chains with one of these, also a chain that they found. */
function isReturn(rule: string): boolean {
  return /^-A DOCKER\S* -j RETURN$/.test(rule);
}

/** Rules that an engine makes per published port name addresses only. */
function isOwnAddress(rule: string, subnets: readonly string[]): boolean {
  const addresses = valuesOf(tokens(rule), ['-s', '-d', '--to-destination']).map((value) => value.replace(/:\d+$/, ''));
  return addresses.some(
    (address) => /^[\d.]+(?:\/\d+)?$/.test(address) && subnets.some((subnet) => isWithin(address, subnet)),
  );
}

function readRule(rule: string): {
  readonly chain: string;
  readonly target?: string;
  readonly links: readonly string[];
} {
  const words = tokens(rule);
  const [target] = valuesOf(words, ['-j', '-g']);
  return {
    chain: words[1] ?? '',
    ...(target === undefined ? {} : { target }),
    links: valuesOf(words, ['-i', '-o']),
  };
}

function valuesOf(words: readonly string[], options: readonly string[]): readonly string[] {
  return words.filter((_, index) => options.includes(words[index - 1] ?? ''));
}

/** Words of a rule; a quoted comment counts as one. */
function tokens(rule: string): readonly string[] {
  return rule.match(/"(?:\\.|[^"\\])*"|\S+/g) ?? [];
}

function parseTables(saved: string): readonly Table[] {
  return saved
    .split(/^\*/m)
    .slice(1)
    .map((section) => {
      const [name = '', ...lines] = section.split('\n');
      const declared = lines.filter((line) => line.startsWith(':')).map((line) => line.slice(1).split(' '));
      return {
        name,
        policies: new Map(
          declared.flatMap(([chain = '', policy = '-']) => (policy === '-' ? [] : [[chain, policy] as const])),
        ),
        chains: declared.flatMap(([chain = '', policy = '-']) => (policy === '-' ? [chain] : [])),
        rules: lines.filter((line) => line.startsWith('-A ')),
      };
    });
}

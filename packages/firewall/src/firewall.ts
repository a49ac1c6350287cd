import type { Clock, FirewallMode, FirewallModes, FirewallSituation } from '@device-supervisor/device';
import { FirewallFailedError, FirewallSettingError, FirewallToolMissingError, type FirewallProblem } from './errors.ts';
import { createFamilyRules, type FamilyRules } from './family-rules.ts';
import { API_INTERFACES, firewallRules, IP_FAMILIES, type IpFamily, type RuleSettings } from './firewall-rules.ts';
import type { FilterVariant } from './packet-filter.ts';

export interface FirewallOptions {
  readonly clock: Clock;
  /** Told what happens, each thing once: for the log. */
  readonly report?: (event: FirewallEvent) => void;
  /** Interfaces from which the API can be reached; `+` at the end stands for any rest. Default: {@link API_INTERFACES}. */
  readonly apiInterfaces?: readonly string[];
  /** Milliseconds from one check of the kernel's rules to the next. Default: a minute. */
  readonly checkInterval?: number;
  /** Default: the one that the rest of the host uses, see the README. */
  readonly variant?: FilterVariant;
  /** Directory of the programs. Absent: they are on the PATH. */
  readonly directory?: string;
  /** Default: `/proc/net`. */
  readonly procNet?: string;
}

export type FirewallEvent =
  /** Another program had changed our rules; they are restored. */
  | { readonly kind: 'restored'; readonly family: IpFamily }
  | { readonly kind: 'failed'; readonly family: IpFamily; readonly problem: FirewallProblem }
  /** After a failure: the rules are in place. */
  | { readonly kind: 'recovered'; readonly family: IpFamily };

/** The firewall of the host. Disposing of it ends the checks, and leaves the rules. */
export interface Firewall extends FirewallModes, AsyncDisposable {
  /**
   * Sets the rules of both address families. Rules that cannot be set are retried with every check. A repeated
   * request runs nothing.
   *
   * @returns one problem for each address family whose rules could not be set
   * @throws FirewallSettingError
   */
  apply(mode: FirewallMode, situation: FirewallSituation): Promise<readonly FirewallProblem[]>;
  /** Restores rules that another program changed. Also runs by itself, once a minute. */
  check(): Promise<readonly FirewallProblem[]>;
}

/**
 * @example
 * ```ts
 * await using firewall = createFirewall({ clock, report: (event) => console.log(event) });
 * await firewall.apply('auto', { localMode: false, apiPort: 48484, usesHostNetwork: true });
 * ```
 */
export function createFirewall(options: FirewallOptions): Firewall {
  const { clock, report = () => {}, apiInterfaces = API_INTERFACES, checkInterval = CHECK_INTERVAL } = options;
  const { variant = null, directory = null, procNet = '/proc/net' } = options;
  const families = IP_FAMILIES.map((family): FamilyState => ({
    family,
    rules: createFamilyRules({ family, variant, directory, procNet }),
    problem: null,
    setTo: null,
  }));
  let wanted: RuleSettings | null = null;
  let timer: Disposable | null = null;
  let turn: Promise<unknown> = Promise.resolve();
  let closed = false;

  /** One after the other: a check must not bring back what is being replaced. */
  function enforce(): Promise<readonly FirewallProblem[]> {
    const problems = turn.then(async () => {
      if (wanted === null || closed) return [];
      const settings = wanted;
      timer?.[Symbol.dispose]();
      await Promise.all(families.map((state) => enforceFamily(state, settings, report)));
      if (!closed) timer = clock.schedule(checkInterval, () => void enforce());
      return currentProblems();
    });
    turn = problems.catch(() => {});
    return problems;
  }

  function currentProblems(): readonly FirewallProblem[] {
    return families.flatMap(({ problem }) => (problem === null ? [] : [problem]));
  }

  return {
    async apply(mode, { localMode, apiPort, usesHostNetwork }) {
      const enabled = mode === 'on' || (mode === 'auto' && usesHostNetwork);
      const settings: RuleSettings = { enabled, localMode, apiPort, apiInterfaces };
      checkSettings(settings);
      if (wanted !== null && sameSettings(settings, wanted)) return turn.then(currentProblems);
      wanted = settings;
      return enforce();
    },
    check: enforce,
    async [Symbol.asyncDispose]() {
      closed = true;
      timer?.[Symbol.dispose]();
      await turn;
    },
  };
}

const CHECK_INTERVAL = 60_000;
const MAX_PORT = 65_535;
/** Valid interface names; a name must not end a line or begin an option. */
const INTERFACE = /^(?!-)[^\s/!"'\\]{1,15}$/;

interface FamilyState {
  readonly family: IpFamily;
  readonly rules: FamilyRules;
  problem: FirewallProblem | null;
  /** Settings of the rules in the kernel. A difference from these is our own change, not another program's. */
  setTo: RuleSettings | null;
}

async function enforceFamily(
  state: FamilyState,
  settings: RuleSettings,
  report: (event: FirewallEvent) => void,
): Promise<void> {
  const { family, rules, problem: before, setTo } = state;
  try {
    const changed = await rules.ensure(firewallRules(family, settings));
    state.problem = null;
    state.setTo = settings;
    if (before !== null) report({ kind: 'recovered', family });
    else if (changed && setTo === settings) report({ kind: 'restored', family });
  } catch (error) {
    if (!(error instanceof FirewallToolMissingError || error instanceof FirewallFailedError)) throw error;
    state.problem = error;
    if (before?.message !== error.message) report({ kind: 'failed', family, problem: error });
  }
}

function checkSettings({ apiPort, apiInterfaces }: RuleSettings): void {
  if (!Number.isInteger(apiPort) || apiPort < 1 || apiPort > MAX_PORT) {
    throw new FirewallSettingError('apiPort', `must be a port, 1 to ${MAX_PORT}`);
  }
  const wrong = apiInterfaces.find((name) => !INTERFACE.test(name));
  if (wrong !== undefined) {
    throw new FirewallSettingError('apiInterfaces', `must be names of interfaces, not ${JSON.stringify(wrong)}`);
  }
}

function sameSettings(a: RuleSettings, b: RuleSettings): boolean {
  return a.enabled === b.enabled && a.localMode === b.localMode && a.apiPort === b.apiPort;
}

import { SupervisorError } from '@device-supervisor/errors';
import type { IpFamily } from './firewall-rules.ts';

/** A setting cannot be part of a rule; nothing was changed. */
export class FirewallSettingError extends SupervisorError<'FIREWALL_SETTING_INVALID', { readonly setting: string }> {
  constructor(setting: string, expectation: string) {
    super('FIREWALL_SETTING_INVALID', `firewall: ${setting} ${expectation}`, { details: { setting } });
  }
}

/** The program that changes the rules of an address family cannot be run: that family is not protected. */
export class FirewallToolMissingError extends SupervisorError<
  'FIREWALL_TOOL_MISSING',
  { readonly family: IpFamily; readonly program: string }
> {
  constructor(family: IpFamily, program: string, cause: unknown) {
    super('FIREWALL_TOOL_MISSING', `the firewall for ${family} cannot be set up: cannot run ${program}`, {
      details: { family, program },
      hint: 'Install iptables, and put it on the PATH',
      cause,
    });
  }
}

interface FirewallFailure {
  readonly family: IpFamily;
  readonly program: string;
  /** `null`: it was ended by a signal, or took too long. */
  readonly exitCode: number | null;
  /** Its output. */
  readonly stderr: string;
}

/** The rules of an address family could not be read or replaced: it has those that it had. */
export class FirewallFailedError extends SupervisorError<'FIREWALL_FAILED', FirewallFailure> {
  constructor(failure: FirewallFailure, cause: unknown) {
    const { family, program, exitCode, stderr } = failure;
    const end = exitCode === null ? 'was ended' : `ended with exit code ${exitCode}`;
    const reason = stderr === '' ? '' : `: ${stderr}`;
    super('FIREWALL_FAILED', `the firewall for ${family} could not be set up: ${program} ${end}${reason}`, {
      details: failure,
      hint: "It needs the capability NET_ADMIN, the host's network, and a kernel with the filter table, conntrack, addrtype and REJECT",
      cause,
    });
  }
}

/** Why an address family is not as it should be. */
export type FirewallProblem = FirewallToolMissingError | FirewallFailedError;

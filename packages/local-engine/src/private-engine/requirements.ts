import type { UnavailableReason } from '../errors.ts';

/** Programs that a private engine runs, itself or through its daemon. */
export const ENGINE_PROGRAMS: readonly string[] = ['dockerd', 'containerd', 'runc', 'iptables', 'ip'];

/** Debian packages that bring {@link ENGINE_PROGRAMS}. */
export const ENGINE_PACKAGES: readonly string[] = ['docker.io', 'iptables', 'iproute2'];

/** The conditions for a private engine on this machine. */
export interface MachineFacts {
  /** `process.platform`. */
  readonly platform: string;
  readonly userId: number;
  /** Those of {@link ENGINE_PROGRAMS} that are not installed. */
  readonly missingPrograms: readonly string[];
  readonly hasAptGet: boolean;
  readonly installAllowed: boolean;
}

export type PrivateEngineVerdict =
  | { readonly kind: 'start' }
  | { readonly kind: 'install' }
  | {
      readonly kind: 'impossible';
      readonly reason: UnavailableReason;
      readonly explanation: string;
      readonly hint: string;
    };

/** Whether a private engine can be started here, after an installation or at all. */
export function checkPrivateEngine(facts: MachineFacts): PrivateEngineVerdict {
  if (facts.platform !== 'linux') {
    return impossible('unsupported-platform', `a private engine needs Linux, and this is ${facts.platform}`, [
      'Start Docker or Podman, and set DOCKER_HOST to where it listens',
    ]);
  }
  if (facts.userId !== 0) {
    return impossible('not-root', 'a private engine needs root', [
      'Start the system\'s engine ("sudo systemctl start docker") and join its group ("sudo usermod -aG docker $USER", then log in again)',
      'run this command as root',
      'set DOCKER_HOST to a running engine',
    ]);
  }
  if (facts.missingPrograms.length === 0) return { kind: 'start' };
  const missing = facts.missingPrograms.join(', ');
  if (!facts.hasAptGet) {
    return impossible('no-apt', `${missing} not found, and without apt-get it cannot be installed from here`, [
      'Install Docker with the package manager of this system',
      'set DOCKER_HOST to a running engine',
    ]);
  }
  if (!facts.installAllowed) {
    return impossible('install-not-allowed', `${missing} not found, and installing it is switched off`, [
      `Run "apt-get install --no-install-recommends ${ENGINE_PACKAGES.join(' ')}"`,
      'set DOCKER_HOST to a running engine',
    ]);
  }
  return { kind: 'install' };
}

function impossible(reason: UnavailableReason, explanation: string, remedies: readonly string[]): PrivateEngineVerdict {
  return { kind: 'impossible', reason, explanation, hint: remedies.join(', or ') };
}

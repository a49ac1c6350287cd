/** A reason why the repository cannot be prepared, with what to do about it. */
export class BootstrapFailure extends Error {
  /**
   * @param {string} message
   * @param {{ remedy: string, log?: { path: string, tail: string } }} options
   */
  constructor(message, { remedy, log }) {
    super(message);
    this.name = 'BootstrapFailure';
    this.remedy = remedy;
    this.log = log;
  }

  /** The text for a person: message, end of the log, remedy. */
  format() {
    const log = this.log === undefined ? '' : `${indent(this.log.tail)}  (all of it: ${this.log.path})\n`;
    return `device-supervisor: ${this.message}\n${log}  Remedy: ${this.remedy}\n`;
  }
}

/** A signal ended the preparation. */
export class Interrupted extends Error {
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super(`interrupted by ${signal}`);
    this.name = 'Interrupted';
    this.signal = signal;
  }
}

/** Output of tools for known failures; the first match names the remedy. */
const DIAGNOSES = [
  {
    pattern: /failed to execute .*No such file/,
    reason: 'a program that it needs is not installed',
    remedy: 'install it, e.g. apt-get install nodejs npm on Debian 12, then run the command again.',
  },
  {
    pattern: /ENOSPC|no space left on device|os error 28|EDQUOT/i,
    reason: 'the disk is full',
    remedy: 'free about 1 GB on the file system of this folder and of your home directory, then run the command again.',
  },
  {
    pattern: /OUTDATED_LOCKFILE/,
    reason: 'pnpm-lock.yaml does not match the package.json files',
    remedy: 'run `pnpm install` and commit pnpm-lock.yaml.',
  },
  {
    pattern: /CERT_|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|certificate|UnknownIssuer/i,
    reason: "the package registry's certificate is not trusted",
    remedy: 'name your certificate authority in NODE_EXTRA_CA_CERTS, or as cafile in ~/.npmrc.',
  },
  {
    pattern: /\bE40[13]\b|ERR_PNPM_FETCH_40[13]|Unauthorized|Forbidden/,
    reason: 'the package registry refuses access',
    remedy: 'check the registry and its credentials in ~/.npmrc (npm config get registry).',
  },
  {
    pattern:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET|error sending request|dns error|network/i,
    reason: 'the package registry cannot be reached',
    remedy: 'check the network, the proxy and the registry (npm config get registry), then run the command again.',
  },
  {
    pattern: /EACCES|EPERM|EROFS|permission denied|read-only file system/i,
    reason: 'a file or folder is not writable',
    remedy: 'run the command as the user who owns this folder, on a writable file system.',
  },
];

/**
 * Names what went wrong from the output of a tool.
 *
 * @param {string} what the step that failed
 * @param {{ path: string, text: string }} log
 */
export function diagnose(what, log) {
  const known = DIAGNOSES.find(({ pattern }) => pattern.test(log.text));
  const tail = log.text.trimEnd().split('\n').slice(-15).join('\n');
  return new BootstrapFailure(`${what} failed${known === undefined ? '' : `: ${known.reason}`}`, {
    remedy: known?.remedy ?? UNKNOWN_REMEDY,
    log: { path: log.path, tail },
  });
}

/**
 * The same for what was thrown here, e.g. by the file system.
 *
 * @param {unknown} thrown
 */
export function asFailure(thrown) {
  if (thrown instanceof BootstrapFailure) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const known = DIAGNOSES.find(({ pattern }) => pattern.test(message));
  if (known !== undefined) return new BootstrapFailure(`${known.reason}: ${message}`, { remedy: known.remedy });
  return new BootstrapFailure(thrown instanceof Error ? String(thrown.stack) : message, { remedy: UNKNOWN_REMEDY });
}

const UNKNOWN_REMEDY = 'read the output above; deleting node_modules and .state makes a fresh start.';

/** @param {string} text */
function indent(text) {
  return text === '' ? '' : `${text.replace(/^/gm, '  | ')}\n`;
}

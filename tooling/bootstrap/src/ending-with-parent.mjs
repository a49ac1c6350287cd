import { existsSync } from 'node:fs';

const SETPRIV = '/usr/bin/setpriv';

/**
 * The command line that runs a program in such a way that the kernel signals it when this process dies, even by
 * SIGKILL. Where util-linux is absent, the program alone.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {'SIGTERM' | 'SIGKILL'} signal
 * @returns {[string, ...string[]]}
 */
export function endingWithParent(file, args, signal) {
  if (!existsSync(SETPRIV)) return [file, ...args];
  return [SETPRIV, '--pdeathsig', signal.slice('SIG'.length), '--', file, ...args];
}

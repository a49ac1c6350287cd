/** The addresses and subnets of a no_proxy file, one a line. @param bytes `null`: there is no file */
export function parseNoProxy(bytes: Uint8Array | null): readonly string[] {
  const lines = Buffer.from(bytes ?? [])
    .toString('utf8')
    .split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

/** A no_proxy file. Every line is ended: the host does not see a last one without. */
export function printNoProxy(entries: readonly string[]): Uint8Array {
  return Buffer.from(entries.map((entry) => `${entry}\n`).join(''), 'utf8');
}

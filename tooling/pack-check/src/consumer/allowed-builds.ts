/** The entries below `allowBuilds:` in the YAML blocks of a README, e.g. `ssh2: false`. */
export function allowedBuilds(readme: string): string[] {
  const blocks = [...readme.matchAll(/^```yaml\n(?:#.*\n)?allowBuilds:\n((?: {2}\S.*\n)+)```$/gm)];
  return blocks
    .flatMap(([, entries = '']) => entries.split('\n').map((line) => line.trim()))
    .filter((line) => line !== '');
}

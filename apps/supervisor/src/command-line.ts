/** The parsed command line. */
export type Command =
  | { readonly kind: 'run' }
  /** In the container that the host OS starts: prepare it, then run. */
  | { readonly kind: 'boot' }
  | { readonly kind: 'health-check' }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'refused'; readonly argument: string };

export const USAGE = `Usage: supervisor [command]

Keeps this device at its target state and serves the supervisor API.

Commands:
  run           run in the foreground until SIGTERM or SIGINT (the default)
  boot          prepare a container that a host OS has started (partitions, locks, journal), then run
  health-check  ask the running supervisor whether it is healthy: exit code 0 when it is

Options:
  --help        show this text
  --version     show version and build commit

The environment configures everything else: see docs/deploy.md.
`;

/** @param argv arguments after the program's name */
export function parseCommandLine(argv: readonly string[]): Command {
  const [first = 'run', second] = argv;
  if (second !== undefined) return { kind: 'refused', argument: second };
  switch (first) {
    case 'run':
    case 'boot':
    case 'health-check':
      return { kind: first };
    case '--help':
    case '-h':
      return { kind: 'help' };
    case '--version':
    case '-v':
      return { kind: 'version' };
    default:
      return { kind: 'refused', argument: first };
  }
}

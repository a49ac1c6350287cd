/** How containers of an image run, as far as the image says. */
export interface ImageConfiguration {
  readonly entrypoint?: readonly string[];
  /** Default: sleep until stopped, and end at once on SIGTERM. */
  readonly cmd?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly healthcheck?: ImageHealthcheck;
  /** e.g. `80` or `53/udp`. */
  readonly exposedPorts?: readonly string[];
  readonly volumes?: readonly string[];
  readonly stopSignal?: string;
  readonly workingDir?: string;
  readonly user?: string;
}

export interface ImageHealthcheck {
  /** Program and parameters. */
  readonly command: readonly string[];
  /** Milliseconds. */
  readonly interval?: number;
  /** Milliseconds. */
  readonly timeout?: number;
  /** Milliseconds. */
  readonly startPeriod?: number;
  readonly retries?: number;
}

/** The first process of a container ignores SIGTERM unless it says otherwise. */
const IDLE = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 3600 & wait $!; done'];

/**
 * The build instructions of a test image: directories `base` and, if there is one, `files` of the context, then the
 * configuration. As few as possible, because the engine makes a container for each.
 */
export function dockerfile(image: ImageConfiguration, options: { readonly hasFiles: boolean }): string {
  const cmd = image.cmd ?? (image.entrypoint === undefined ? IDLE : undefined);
  const lines = [
    'FROM scratch',
    'COPY base /',
    ...(options.hasFiles ? ['COPY files /'] : []),
    ...list(
      'ENV',
      Object.entries(image.env ?? {}).map(([name, value]) => `${name}=${quote(value)}`),
    ),
    ...list(
      'LABEL',
      Object.entries(image.labels ?? {}).map(([name, value]) => `${quote(name)}=${quote(value)}`),
    ),
    ...list('EXPOSE', image.exposedPorts ?? []),
    ...list('VOLUME', image.volumes ?? []),
    ...optional(image.workingDir, (path) => `WORKDIR ${path}`),
    ...optional(image.user, (user) => `USER ${user}`),
    ...optional(image.stopSignal, (signal) => `STOPSIGNAL ${signal}`),
    ...optional(image.healthcheck, healthcheck),
    ...optional(image.entrypoint, (words) => `ENTRYPOINT ${JSON.stringify(words)}`),
    ...optional(cmd, (words) => `CMD ${JSON.stringify(words)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function healthcheck({ command, interval, timeout, startPeriod, retries }: ImageHealthcheck): string {
  const options = [
    ...optional(interval, (value) => `--interval=${value}ms`),
    ...optional(timeout, (value) => `--timeout=${value}ms`),
    ...optional(startPeriod, (value) => `--start-period=${value}ms`),
    ...optional(retries, (value) => `--retries=${value}`),
  ];
  return ['HEALTHCHECK', ...options, 'CMD', JSON.stringify(command)].join(' ');
}

/** A value in double quotes, in which the builder would otherwise replace variables. */
function quote(value: string): string {
  if (value.includes('\n')) throw new TypeError('a Dockerfile cannot express a line break in a value');
  return `"${value.replaceAll(/["\\$]/g, String.raw`\$&`)}"`;
}

function list(instruction: string, parameters: readonly string[]): readonly string[] {
  return parameters.length === 0 ? [] : [`${instruction} ${parameters.join(' ')}`];
}

function optional<T>(value: T | undefined, print: (value: T) => string): readonly string[] {
  return value === undefined ? [] : [print(value)];
}

import type { Device } from '@device-supervisor/device';
import { createRedactor, REDACTED } from '@device-supervisor/errors';

/** Replaces what may be secret in documents and in text. */
export interface SecretMask {
  /** A copy in which variables and files of services have no value, and known secrets are replaced. */
  document(value: unknown): unknown;
  text(text: string): string;
}

/** Names of the values that the supervisor itself sets for containers; of these only keys are secret. */
const OWN_VARIABLE = /^(?:BALENA|RESIN)_(?!.*(?:KEY|TOKEN|PASSWORD|SECRET)$)/;

/** Forms of secrets, wherever they stand: the value of a field or option, a key in an address, a login. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [
    /((?:pass(?:word|wd|phrase)?|secret|token|api[-_ ]?key|credentials?)\\?["']?\s*[=:]\s*\\?["']?)(?!\[redacted)[^\s"'\\,;&}\]]+/gi,
    `$1${REDACTED}`,
  ],
  [/(--?[\w-]*(?:pass(?:word|wd|phrase)?|secret|token|api[-_]?key)[ \t]+)(?![-[])[^\s"']+/gi, `$1${REDACTED}`],
  [/\b(Bearer|ApiKey|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${REDACTED}`],
  [/(\w:\/\/)[^\s/@"']+@/g, `$1${REDACTED}@`],
];

/** @param key of the client that asks */
export function createSecretMask(
  device: Pick<Device, 'facts' | 'state' | 'target' | 'environment'>,
  key: string,
): SecretMask {
  const redact = createRedactor([key, device.facts.deviceApiKey, ...secretsOf(device)]);
  const text = (given: string): string =>
    FORMS.reduce((result, [form, replacement]) => result.replaceAll(form, replacement), redact(given));
  const document = (value: unknown, name = ''): unknown => {
    if (typeof value === 'string') return HIDDEN.has(name) ? REDACTED : text(value);
    if (Array.isArray(value)) {
      return value.map((one: unknown, index) => {
        if (VARIABLES.has(name)) return withoutValue(one);
        return isSecretOption(value[index - 1]) ? REDACTED : document(one);
      });
    }
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([field, one]) => [
        field,
        VARIABLES.has(name) || SECRET_NAME.test(field) ? REDACTED : document(one, field),
      ]),
    );
  };
  return { document: (value) => document(value), text };
}

/** Fields that hold variables of services, by name or as `NAME=value`. */
const VARIABLES: ReadonlySet<string> = new Set(['environment', 'env', 'args']);
/** Fields of a compose file that hold the content of a file. */
const HIDDEN: ReadonlySet<string> = new Set(['content', 'password', 'login']);
const SECRET_NAME = /pass(word|wd)|secret$|token|api[-_]?key|credential/i;

/** An option of a command whose value is the next argument, e.g. `--password`. */
function isSecretOption(argument: unknown): boolean {
  return typeof argument === 'string' && /^--?[\w-]+$/.test(argument) && SECRET_NAME.test(argument);
}

function withoutValue(variable: unknown): unknown {
  return typeof variable === 'string' ? variable.replace(/=.*$/s, `=${REDACTED}`) : REDACTED;
}

/** Values that services may print: their own variables, keys, and the lines of their files. */
function* secretsOf(device: Pick<Device, 'state' | 'target' | 'environment'>): Generator<string> {
  const releases = Object.values(device.target().apps).flatMap(({ release }) => release ?? []);
  const declared = releases.flatMap(({ services }) => Object.values(services).map((one) => one.environment));
  const running = device
    .state()
    .apps.flatMap(({ services }) =>
      services.map(({ containerId }) => (containerId === null ? null : device.environment(containerId)) ?? {}),
    );
  for (const variables of [...declared, ...running]) {
    for (const [name, value] of Object.entries(variables)) if (!OWN_VARIABLE.test(name)) yield* withPasswords(value);
  }
  for (const { configs = {}, secrets = {} } of releases) {
    for (const { content } of [...Object.values(configs), ...Object.values(secrets)]) {
      if (content !== undefined) yield* [content, ...content.split('\n')];
    }
  }
}

/** A value, its lines, and the passwords of the addresses in it, which programs print without the address. */
function* withPasswords(value: string): Generator<string> {
  yield value;
  if (value.includes('\n')) yield* value.split('\n');
  for (const [, password = ''] of value.matchAll(/:\/\/[^\s/@:]*:([^\s/@]+)@/g)) yield password;
}

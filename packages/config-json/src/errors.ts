import { writeRemedyOf } from '@device-supervisor/durable-file';
import { errorCodeOf, SupervisorError } from '@device-supervisor/errors';
import type { ConfigJsonProblem } from './decode-config-json.ts';

/** The fault in the text of the file. */
export type ConfigJsonDamage = 'empty' | 'not-utf8' | 'invalid-json' | 'not-an-object';

export interface DamageReport {
  readonly path: string;
  readonly damage: ConfigJsonDamage;
  /** Of the first defect, both from 1 on; `null`: it is not in one place. */
  readonly position: { readonly line: number; readonly column: number } | null;
  /** Where its content was kept; `null`: that was not possible. */
  readonly copy: string | null;
}

/** The file cannot be read as a JSON object. It is left as it is. */
export class ConfigJsonDamagedError extends SupervisorError<'CONFIG_JSON_DAMAGED', DamageReport> {
  constructor(report: DamageReport) {
    const at = report.position === null ? '' : ` at line ${report.position.line}, column ${report.position.column}`;
    super('CONFIG_JSON_DAMAGED', `${report.path} is damaged: ${describeDamage[report.damage]}${at}`, {
      details: report,
      hint: report.copy === null ? 'Repair it by hand' : `Repair it by hand; a copy was kept as ${report.copy}`,
    });
  }
}

/** The file must be there and is not: the device does not know which device it is. */
export class ConfigJsonMissingError extends SupervisorError<'CONFIG_JSON_MISSING', { readonly path: string }> {
  constructor(path: string) {
    super('CONFIG_JSON_MISSING', `${path} is missing`, {
      details: { path },
      hint: "Mount the boot partition, or put the device's config.json back",
    });
  }
}

/** The file is there and cannot be read. */
export class ConfigJsonReadError extends SupervisorError<
  'CONFIG_JSON_UNREADABLE',
  { readonly path: string; readonly systemCode: string | null }
> {
  constructor(path: string, cause: unknown) {
    super('CONFIG_JSON_UNREADABLE', `${path} cannot be read`, {
      details: { path, systemCode: errorCodeOf(cause) },
      hint: 'Check that it is a file, its mode, and the boot partition',
      cause,
    });
  }
}

/** The file could not be replaced. It has its old content, or the new one when only that could not be made durable. */
export class ConfigJsonWriteError extends SupervisorError<
  'CONFIG_JSON_UNWRITABLE',
  { readonly path: string; readonly systemCode: string | null }
> {
  constructor(path: string, cause: unknown) {
    super('CONFIG_JSON_UNWRITABLE', `${path} cannot be changed`, {
      details: { path, systemCode: errorCodeOf(cause) },
      hint: writeRemedyOf(cause) ?? 'Check the boot partition for errors',
      cause,
    });
  }
}

/** Another program changed the file at every attempt. */
export class ConfigJsonContendedError extends SupervisorError<'CONFIG_JSON_CONTENDED', { readonly path: string }> {
  constructor(path: string) {
    super('CONFIG_JSON_CONTENDED', `${path} is changed by another program all the time`, {
      details: { path },
      hint: 'Find the program that keeps writing it',
    });
  }
}

/** A caller asked for values that the file must not have. Nothing was changed. */
export class ConfigJsonPatchError extends SupervisorError<
  'CONFIG_JSON_PATCH_INVALID',
  { readonly problems: readonly ConfigJsonProblem[] }
> {
  constructor(problems: readonly ConfigJsonProblem[]) {
    const list = problems.map(({ key, message }) => `${key} ${message}`).join('; ');
    super('CONFIG_JSON_PATCH_INVALID', `config.json cannot be set as asked: ${list}`, { details: { problems } });
  }
}

/** The file has a uuid or key that cannot be used; a new one would be another device to the cloud. */
export class ConfigJsonIdentityError extends SupervisorError<
  'CONFIG_JSON_IDENTITY_INVALID',
  { readonly path: string; readonly problems: readonly ConfigJsonProblem[] }
> {
  constructor(path: string, problems: readonly ConfigJsonProblem[]) {
    const list = problems.map(({ key, message }) => `${key} ${message}`).join('; ');
    super('CONFIG_JSON_IDENTITY_INVALID', `the identity of the device in ${path} is unusable: ${list}`, {
      details: { path, problems },
      hint: 'Correct the value, or remove the key to have a new one made',
    });
  }
}

const describeDamage: Record<ConfigJsonDamage, string> = {
  empty: 'it is empty',
  'not-utf8': 'it is not UTF-8 text',
  'invalid-json': 'it is not JSON',
  'not-an-object': 'it is not a JSON object',
};

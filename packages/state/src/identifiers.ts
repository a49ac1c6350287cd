import * as z from 'zod';

/*
 * One decoder per identifier: every wire format uses these, and so does everything that reads an identifier back, from a
 * label or a name on the engine. Accepted values stay distinct wherever they are written.
 */

/** Longest name of a file on Linux, in bytes; names of services and volumes become names of directories. */
const FILE_NAME_LIMIT = 255;
/** Digits of the greatest {@link NumericId}. */
const ID_DIGITS = 16;
const ID = /^(?:0|[1-9]\d{0,15})$/;
const ID_RULE = 'must be a whole number from 0 to 9007199254740991, without leading zeros';
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** A number that identifies something in the cloud; older clients send it as a string of digits. */
export const NumericId = z.union(
  [z.int().nonnegative(), z.string().regex(ID).transform(Number).refine(Number.isSafeInteger)],
  ID_RULE,
);

/** A {@link NumericId} as the key of a map, where it stays text. */
export const NumericIdKey = z.string().refine((key) => parseNumericId(key) !== null, ID_RULE);

/** Reads a numeric id in text, e.g. of a label; `null`: it is none. */
export function parseNumericId(text: string | undefined): number | null {
  const parsed = text !== undefined && ID.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(parsed) ? parsed : null;
}

/** Name of a service; its directory of update locks has the same. */
export const ServiceName = nameOf(FILE_NAME_LIMIT);

/** Name of a volume: on the engine it follows the id of its app. */
export const VolumeName = nameOf(FILE_NAME_LIMIT - ID_DIGITS - 1);

/** Name of a network: on the engine it follows the uuid of its app. */
export const NetworkName = nameOf(128);

/** Name of a config or secret of a release. */
export const FileName = nameOf(FILE_NAME_LIMIT);

/** Identifies an app across devices; in target state v2 it is the app's id. */
export const AppUuid = nameOf(126);

/** Identifies a release; it is a part of the names of containers. */
export const Commit = nameOf(128);

/** Host name of a container; Linux takes no longer one. */
export const HostName = z
  .string()
  .max(64, 'must have at most 64 characters')
  .regex(/^(?:[a-zA-Z0-9_][a-zA-Z0-9_.-]*)?$/, 'must hold only letters, digits, - . and _, and not begin with - or .');

/** Name of an environment variable. */
export const EnvironmentName = z.string().regex(/^[^=\0]+$/, 'must not be empty and must not contain = or NUL');

/** Name of a label or of a configuration variable. */
export const KeyName = z.string().min(1, 'must not be empty').max(1024, 'must have at most 1024 characters');

export const Environment = z.record(EnvironmentName, z.string('must be a string'));
export const Labels = z.record(KeyName, z.string('must be a string'));

/** Name of a service's container: unique on the engine, and it tells the release that the container was made for. */
export function formatContainerName({ service, imageId, releaseId, commit }: ContainerNameParts): string {
  return `${service}_${imageId}_${releaseId}_${commit}`;
}

/** Reads a name of {@link formatContainerName}; `null`: the name is not that of a container of the service. */
export function parseContainerName(name: string, service: string): ContainerNameParts | null {
  if (!name.startsWith(`${service}_`)) return null;
  const [first, second, ...rest] = name.slice(service.length + 1).split('_');
  const [imageId, releaseId, commit] = [parseNumericId(first), parseNumericId(second), rest.join('_')];
  return imageId === null || releaseId === null || !NAME.test(commit) ? null : { service, imageId, releaseId, commit };
}

export interface ContainerNameParts {
  readonly service: string;
  readonly imageId: number;
  readonly releaseId: number;
  readonly commit: string;
}

function nameOf(longest: number): z.ZodString {
  return z
    .string()
    .max(longest, `must have at most ${longest} characters`)
    .regex(NAME, 'must start with a letter or digit and hold only letters, digits, _ . and -');
}

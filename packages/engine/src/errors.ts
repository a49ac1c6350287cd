import { SupervisorError } from '@device-supervisor/errors';

/** The kind of object that a name or id stands for. */
export type EngineObject = 'container' | 'image' | 'network' | 'volume' | 'object';

/** The engine's endpoint does not answer, the connection broke, or an answer took too long. */
export class EngineUnreachableError extends SupervisorError<'ENGINE_UNREACHABLE', { endpoint: string }> {
  constructor(endpoint: string, reason: string, cause?: unknown) {
    super('ENGINE_UNREACHABLE', `the container engine at ${endpoint} cannot be reached: ${reason}`, {
      details: { endpoint },
      hint: 'Check that the engine runs, and that its endpoint is the one that is configured',
      cause,
    });
  }
}

/** The engine answers, but not to this call: it took longer than it may. */
export class EngineTimeoutError extends EngineUnreachableError {}

/** The engine's answer to a call is not what an engine answers. */
export class EngineAnswerError extends SupervisorError<'ENGINE_ANSWER_INVALID', { request: string }> {
  /** @param request method and path */
  constructor(request: string, reason: string) {
    super('ENGINE_ANSWER_INVALID', `the engine's answer to ${request} is not what an engine answers: ${reason}`, {
      details: { request },
      hint: "Check the engine's log and the storage below its data directory",
    });
  }
}

/**
 * Files that the engine keeps of an image are lost, as after a power cut: no container can be made from it, and only
 * another download heals it, after the image is removed.
 */
export class ImageDamagedError extends SupervisorError<'IMAGE_DAMAGED', { reference: string; reason: string }> {
  constructor(reference: string, reason: string) {
    super('IMAGE_DAMAGED', `image ${reference} is damaged on this device: ${reason}`, {
      details: { reference, reason },
      hint: 'Remove the image and download it again. When it happens again, check the storage medium',
    });
  }
}

/** A command of `post_start` or `pre_stop` did not succeed. The container was started or stopped nevertheless. */
export class HookFailedError extends SupervisorError<'HOOK_FAILED', { container: string; hook: string }> {
  /** @param details `hook`: e.g. `post_start[0]` */
  constructor(details: { container: string; hook: string }, reason: string, cause?: unknown) {
    super('HOOK_FAILED', `${details.hook} of container ${details.container} failed: ${reason}`, {
      details,
      hint: 'Run the command in the container by hand to see what it prints',
      cause,
    });
  }
}

/** The image is not on the engine. */
export class ImageNotFoundError extends SupervisorError<'IMAGE_NOT_FOUND', { reference: string }> {
  constructor(reference: string) {
    super('IMAGE_NOT_FOUND', `image ${reference} is not on the engine`, {
      details: { reference },
      hint: 'Pull the image first',
    });
  }
}

/**
 * - `unreachable`: the registry does not answer, or the connection broke repeatedly
 * - `tls`: registry and engine do not agree on TLS, or the engine does not trust the registry's certificate
 * - `stalled`: nothing came for too long
 * - `corrupt`: what came is not what its digest says
 */
export type PullFailure =
  | 'not-found'
  | 'unauthorized'
  | 'unreachable'
  | 'tls'
  | 'stalled'
  | 'corrupt'
  | 'too-many-requests'
  | 'other';

/** The download of a delta took longer than the device's configuration allows. */
export class DeltaTimeoutError extends SupervisorError<'DELTA_TIMEOUT', { reference: string; timeout: number }> {
  constructor(reference: string, timeout: number) {
    super('DELTA_TIMEOUT', `the delta to ${reference} was not downloaded within ${timeout / 1000} s`, {
      details: { reference, timeout },
      hint: 'Raise SUPERVISOR_DELTA_APPLY_TIMEOUT, or set it to 0',
    });
  }
}

/** The engine could not fetch an image. */
export class ImagePullError extends SupervisorError<'IMAGE_PULL_FAILED', { reference: string; reason: PullFailure }> {
  constructor(reference: string, reason: PullFailure, message: string) {
    super('IMAGE_PULL_FAILED', `image ${reference} cannot be pulled: ${message}`, {
      details: { reference, reason },
      ...(PULL_HINTS[reason] === undefined ? {} : { hint: PULL_HINTS[reason] }),
    });
  }
}

const PULL_HINTS: Readonly<Partial<Record<PullFailure, string>>> = {
  'not-found': 'Check the name and tag of the image',
  unauthorized: 'Check the credentials for the registry, and that the image exists',
  unreachable: "Check the device's network and its name servers, and that the registry runs",
  tls: "Give the registry a certificate that the engine trusts, or name it among the engine's insecure-registries",
  stalled: "Check the device's network, and that the registry can send",
  corrupt: 'Push the image again: its registry, or something on the way, changes what it holds',
  'too-many-requests': 'The registry limits how often images are pulled: log in, or try again later',
};

/** The engine has no image with the digest that it was asked to pull, or another one under its name. */
export class ImageDigestError extends SupervisorError<
  'IMAGE_DIGEST_MISMATCH',
  { reference: string; found: readonly string[] }
> {
  /** @param found references with digests that the image has instead */
  constructor(reference: string, found: readonly string[]) {
    const instead =
      found.length === 0 ? 'the engine has no image of that digest' : `the engine has ${found.join(', ')}`;
    super('IMAGE_DIGEST_MISMATCH', `what was pulled is not ${reference}: ${instead}`, {
      details: { reference, found },
      hint: 'The image is not used. Check that the registry, or a mirror of it, gives out what was pushed',
    });
  }
}

/** Another process or container listens on a port that the container publishes. */
export class PortInUseError extends SupervisorError<
  'PORT_IN_USE',
  { port: number | null; protocol: string | null; address: string | null }
> {
  constructor(details: { port: number | null; protocol: string | null; address: string | null }, message: string) {
    const port =
      details.port === null
        ? 'a port'
        : `port ${details.port}${details.protocol === null ? '' : `/${details.protocol}`}`;
    super('PORT_IN_USE', `${port} of the host is in use: ${message}`, {
      details,
      hint: 'Publish another port, or stop what uses this one',
    });
  }
}

/** A container publishes a port on an address that the host does not have, or not yet. */
export class AddressNotAvailableError extends SupervisorError<'ADDRESS_NOT_AVAILABLE', { address: string | null }> {
  constructor(address: string | null, message: string) {
    super('ADDRESS_NOT_AVAILABLE', `the host has no address ${address ?? 'to publish on'}: ${message}`, {
      details: { address },
      hint: 'Start the container again when the host has the address',
    });
  }
}

/** Another object has the name. */
export class NameConflictError extends SupervisorError<'NAME_CONFLICT', { kind: EngineObject; name: string }> {
  constructor(kind: EngineObject, name: string) {
    super('NAME_CONFLICT', `a ${kind} named ${name} exists already`, {
      details: { kind, name },
      hint: `Remove or rename the other ${kind}`,
    });
  }
}

/** The engine waits to restart a container, and cannot do this with it between two runs. */
export class ContainerRestartingError extends SupervisorError<'CONTAINER_RESTARTING', { reason: string }> {
  /** @param reason the engine's words */
  constructor(reason: string) {
    super('CONTAINER_RESTARTING', `the container is between two runs: ${reason}`, {
      details: { reason },
      hint: 'Try again when the container runs, or stop it first',
    });
  }
}

/** A container uses the image, network or volume that is to be removed. */
export class ObjectInUseError extends SupervisorError<'OBJECT_IN_USE', { kind: EngineObject; name: string }> {
  constructor(kind: EngineObject, name: string, message: string) {
    super('OBJECT_IN_USE', `${kind} ${name} is in use: ${message}`, {
      details: { kind, name },
      hint: `Remove the containers that use the ${kind} first`,
    });
  }
}

/** The container, network or volume is not on the engine. */
export class NotFoundError extends SupervisorError<'NOT_FOUND_ON_ENGINE', { kind: EngineObject; name: string }> {
  constructor(kind: EngineObject, name: string) {
    super('NOT_FOUND_ON_ENGINE', `${kind} ${name} is not on the engine`, { details: { kind, name } });
  }
}

/** The disk of the engine is full. */
export class NoSpaceError extends SupervisorError<'NO_SPACE', { reason: string }> {
  /** @param reason the engine's words */
  constructor(reason: string) {
    super('NO_SPACE', `the engine has no space left on its disk: ${reason}`, {
      details: { reason },
      hint: 'Remove images and volumes that nothing needs',
    });
  }
}

/** The engine refused a request for a reason that no other class stands for. */
export class EngineRequestError extends SupervisorError<'ENGINE_REQUEST_FAILED', { status: number; request: string }> {
  /** @param request method and path, e.g. `POST /containers/web/start` */
  constructor(request: string, status: number, message: string) {
    super('ENGINE_REQUEST_FAILED', `the engine refused ${request}: ${message}`, { details: { status, request } });
  }
}

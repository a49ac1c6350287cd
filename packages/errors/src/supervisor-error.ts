/** The fields of a {@link SupervisorError} besides its message. */
export interface SupervisorErrorOptions<Details extends object> {
  /** The remedy, as a sentence. */
  readonly hint?: string;
  /** Machine-readable facts about the failure; never secrets. */
  readonly details: Details;
  /** The failure below this one. */
  readonly cause?: unknown;
}

/**
 * Base of every error that a package throws on purpose: one subclass per failure that a caller can act on.
 *
 * @example
 * ```ts
 * class ImageNotFoundError extends SupervisorError<'IMAGE_NOT_FOUND', { image: string }> {
 *   constructor(image: string) {
 *     super('IMAGE_NOT_FOUND', `image ${image} does not exist`, { details: { image } });
 *   }
 * }
 * ```
 */
export abstract class SupervisorError<Code extends string = string, Details extends object = object> extends Error {
  /** Stable identifier, in capitals with underscores; part of the public surface. */
  readonly code: Code;
  readonly hint: string | undefined;
  readonly details: Details;

  constructor(code: Code, message: string, options: SupervisorErrorOptions<Details>) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = options.hint;
    this.details = options.details;
  }
}

import { SupervisorError } from '@device-supervisor/errors';

/** A registry does not answer, the connection broke, or an answer took too long. */
export class RegistryUnreachableError extends SupervisorError<'REGISTRY_UNREACHABLE', { registry: string }> {
  constructor(registry: string, reason: string, cause?: unknown) {
    super('REGISTRY_UNREACHABLE', `registry ${registry} cannot be reached: ${reason}`, {
      details: { registry },
      hint: "Check the device's network and its name servers, and that the registry runs",
      cause,
    });
  }
}

/** A registry or its token server denies access to a repository. */
export class RegistryUnauthorizedError extends SupervisorError<
  'REGISTRY_UNAUTHORIZED',
  { registry: string; repository: string }
> {
  constructor(registry: string, repository: string, reason: string) {
    super('REGISTRY_UNAUTHORIZED', `registry ${registry} denies access to ${repository}: ${reason}`, {
      details: { registry, repository },
      hint: 'Check the credentials for the registry, and that the image exists',
    });
  }
}

/** A registry does not have an image, or not for this platform. */
export class ImageNotInRegistryError extends SupervisorError<
  'IMAGE_NOT_IN_REGISTRY',
  { reference: string; platform: string | null }
> {
  /** @param platform e.g. `linux/arm/v7`; `null`: there is no such image for any platform */
  constructor(reference: string, platform: string | null) {
    const what =
      platform === null ? `there is no image ${reference}` : `image ${reference} is not made for ${platform}`;
    super('IMAGE_NOT_IN_REGISTRY', what, {
      details: { reference, platform },
      hint: 'Check the name and tag of the image, and the platforms that it was built for',
    });
  }
}

/** A registry answers something that the distribution API does not know, or refuses for reasons of its own. */
export class RegistryAnswerError extends SupervisorError<'REGISTRY_ANSWER_INVALID', { registry: string }> {
  constructor(registry: string, reason: string, cause?: unknown) {
    super('REGISTRY_ANSWER_INVALID', `the answer of registry ${registry} is of no use: ${reason}`, {
      details: { registry },
      cause,
    });
  }
}

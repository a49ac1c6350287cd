/** How we prove to a registry who we are; secrets. An identity token is exchanged for others, a registry token is sent as it is. */
export type RegistryAuth =
  | { readonly username: string; readonly password: string }
  | { readonly identityToken: string }
  | { readonly registryToken: string };

/** Credentials by registry: what is for one registry never goes to another. */
export interface RegistryCredentials {
  /**
   * @param registry host as image references name it, e.g. `registry.local:5000`, or `docker.io`
   * @returns `null`: none is needed
   */
  find(registry: string): Promise<RegistryAuth | null>;
}

/** Knows how an image can be fetched as a difference to one that is there. */
export interface DeltaResolver {
  /**
   * Resolves to `null` when there is no such difference, so that the image is fetched whole. Rejects when it may come
   * about later.
   */
  resolve(question: DeltaQuestion): Promise<Delta | null>;
}

export interface DeltaQuestion {
  /** Reference of an image on the engine. */
  readonly source: string;
  /** Reference of the image that is wanted. */
  readonly destination: string;
  readonly signal: AbortSignal;
}

/** An image that holds a difference. */
export interface Delta {
  readonly reference: string;
  readonly auth: RegistryAuth;
  /** Milliseconds that its download may take, after which the image is fetched whole; `null`: any. */
  readonly timeout: number | null;
}

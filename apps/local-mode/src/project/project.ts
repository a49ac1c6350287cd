/** What a developer wants to run, read from a compose file or a Dockerfile. */
export interface Project {
  /** Its folder's name, for people. */
  readonly name: string;
  /** Absolute; relative paths in the project start here. */
  readonly directory: string;
  /** The file that it was read from, absolute. */
  readonly file: string;
  /** In the order of the file, which gives the services their ids. */
  readonly services: readonly ProjectService[];
  /** Compose networks by name. */
  readonly networks: Readonly<Record<string, unknown>>;
  /** Compose volumes by name. */
  readonly volumes: Readonly<Record<string, unknown>>;
  /** What was left out or guessed, one sentence each. */
  readonly remarks: readonly string[];
}

export interface ProjectService {
  readonly name: string;
  /** Reference of the image that its container is made of. */
  readonly image: string;
  /** `null`: the image is not built here. */
  readonly build: BuildInstructions | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** All its other compose keys, as they stand in the file. */
  readonly composition: Readonly<Record<string, unknown>>;
  /** Names of the services that must be there before it. */
  readonly dependencies: readonly string[];
}

export interface BuildInstructions {
  /** Absolute path of the folder that the engine gets. */
  readonly context: string;
  readonly dockerfile: DockerfileSource;
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Stage of the Dockerfile; `null`: the last. */
  readonly target: string | null;
  /** Network of the build's own containers; `null`: the engine's default. */
  readonly network: string | null;
  readonly noCache: boolean;
  readonly pull: boolean;
  /** Whether a static busybox is put into the root of the context (`x-busybox`). */
  readonly addBusybox: boolean;
}

export type DockerfileSource =
  /** Absolute path, in the context or elsewhere. */
  { readonly kind: 'file'; readonly path: string } | { readonly kind: 'inline'; readonly content: string };

/** Reference of the image that is built for a service: the name that the public command-line client gives it. */
export function builtImage(service: string): string {
  return `local_image_${service.toLowerCase()}:latest`;
}

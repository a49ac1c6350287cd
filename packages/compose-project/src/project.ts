import type { Place } from './yaml/tree.ts';

/** A project of a developer, read from compose files or a Dockerfile. */
export interface Project {
  /** Lower-case letters, digits, `-` and `_`: what docker compose calls the project's name. */
  readonly name: string;
  /** Absolute; relative paths in the project begin here. */
  readonly directory: string;
  /** The files that were read, absolute, the first one first. */
  readonly files: readonly string[];
  /** In the order of the files, which gives the services their ids. Services that were not selected are left out. */
  readonly services: readonly ProjectService[];
  /** Compose networks by name. */
  readonly networks: Readonly<Record<string, unknown>>;
  /** Compose volumes by name. */
  readonly volumes: Readonly<Record<string, unknown>>;
  /** Contents of the project's configs by name. */
  readonly configs: Readonly<Record<string, ProjectFile>>;
  /** Contents of the project's secrets by name; never to be shown. */
  readonly secrets: Readonly<Record<string, ProjectFile>>;
  /** Contents of the secrets that builds use, by name; never to be shown. They stay on this machine. */
  readonly buildSecrets: Readonly<Record<string, ProjectFile>>;
  /** Parts that were left out, replaced or assumed, one sentence each. */
  readonly remarks: readonly string[];
  /** The place of the value with a compose path, or of the nearest value around it. */
  locate(path: readonly PropertyKey[]): Place;
}

export interface ProjectService {
  readonly name: string;
  /** Reference of the image from which its container is made. */
  readonly image: string;
  /** `null`: the image is not built here. */
  readonly build: BuildInstructions | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** All its other compose fields, with absolute paths. */
  readonly composition: Readonly<Record<string, unknown>>;
  /** Services that have to exist before it. */
  readonly dependencies: readonly string[];
  /** The action for a change of its files (`develop.watch`). */
  readonly watch: readonly WatchRule[];
}

export interface BuildInstructions {
  /** Absolute path of the folder that the engine receives. */
  readonly context: string;
  readonly dockerfile: DockerfileSource;
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Names that the image gets besides the service's own. */
  readonly tags: readonly string[];
  /** Stage of the Dockerfile; `null`: the last. */
  readonly target: string | null;
  /** Network of the build's own containers; `null`: the engine's default. */
  readonly network: string | null;
  /** Images whose layers may be reused. */
  readonly cacheFrom: readonly string[];
  readonly noCache: boolean;
  readonly pull: boolean;
  /** Whether a static busybox is put into the root of the context (`x-busybox`). */
  readonly addBusybox: boolean;
  /** Names of the project's secrets by the id under which the build mounts them. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Further contexts by name: the absolute path of a folder, `docker-image://REFERENCE` or `service:NAME`. */
  readonly additionalContexts: Readonly<Record<string, string>>;
}

export type DockerfileSource =
  /** Absolute path, in the context or elsewhere. */
  { readonly kind: 'file'; readonly path: string } | { readonly kind: 'inline'; readonly content: string };

/** A config or secret. */
export interface ProjectFile {
  readonly content: string;
}

export type WatchAction = 'sync' | 'rebuild' | 'restart' | 'sync+restart' | 'sync+exec';

export interface WatchRule {
  readonly action: WatchAction;
  /** Absolute; a folder or a file. */
  readonly path: string;
  /** Path in the container; `null`: the action copies nothing. */
  readonly target: string | null;
  /** Patterns of `.dockerignore`, relative to the path. */
  readonly ignore: readonly string[];
  /** Patterns of the only files that count, relative to the path; none: all. */
  readonly include: readonly string[];
  /** Whether all files are copied once at the beginning. */
  readonly initialSync: boolean;
  /** The program of `sync+exec`; `null`: none. */
  readonly exec: WatchProgram | null;
}

export interface WatchProgram {
  readonly command: readonly string[];
  /** `null`: that of the container. */
  readonly user: string | null;
  readonly privileged: boolean;
  /** `null`: that of the container. */
  readonly workingDirectory: string | null;
  readonly environment: Readonly<Record<string, string>>;
}

/** The device for which a project is built: it chooses between Dockerfiles and fills in their templates. */
export interface BuildDevice {
  /** E.g. `raspberrypi4-64`. */
  readonly type: string;
  /** `amd64`, `aarch64`, `armv7hf`, `i386` or `rpi`. */
  readonly arch: string;
}

/** Reference of the image that is built for a service: the name that the public command-line client gives it. */
export function builtImage(service: string): string {
  return `local_image_${service.toLowerCase()}:latest`;
}

import type { ImageConfig } from '@device-supervisor/compose';
import type { DeviceEngine } from '@device-supervisor/device';

/** An engine under test, and the hands that act on it from outside. */
export interface EngineHarness extends AsyncDisposable {
  readonly engine: DeviceEngine;
  /** On the engine; its containers run until they are stopped or told to exit. */
  readonly image: { readonly reference: string; readonly config: ImageConfig };
  /** Puts an image into a registry that the engine reaches; the same content is the same image. */
  publish(name: string, content: string): Promise<{ readonly tag: string; readonly digest: string }>;
  /** Puts an image into a registry that gives out a part of it and no more, until it is released. */
  publishHeld(name: string, content: string): Promise<HeldImage>;
  /** A reference that is not in that registry. */
  readonly unpublished: string;
  /** Gives an image of the engine one more tag. */
  tag(reference: string, tag: string): Promise<void>;
  /** Makes the container's process end. */
  exit(container: string, code: number): Promise<void>;
  /** Makes the container end whenever it runs, until the engine waits for seconds before it restarts it. */
  crash(container: string): Promise<void>;
  /** Makes the container's health check, {@link HEALTHCHECK}, succeed. */
  becomeHealthy(container: string): Promise<void>;
  /** The content of a file in a running container. */
  readFile(container: string, path: string): Promise<string>;
  /** Changes a limit as another client of the engine does. */
  limitMemory(container: string, bytes: number): Promise<void>;
  /** A closed port. */
  freePort(): Promise<number>;
}

export interface HeldImage {
  readonly tag: string;
  /** Resolves when the engine waits for the rest of it. */
  reached(): Promise<void>;
  release(): void;
}

/** The configurations of a harness's images. */
export const CONTRACT_IMAGE: Omit<ImageConfig, 'command'> = {
  environment: { FROM_IMAGE: 'yes', IN_BOTH: 'image' },
  labels: { 'from-image': 'yes' },
  entrypoint: null,
  user: '',
  workingDir: '/tmp',
  healthcheck: null,
  stopSignal: '',
  exposedPorts: ['7000/tcp'],
  volumes: ['/image-volume'],
};

export const HEALTHCHECK = {
  test: ['CMD-SHELL', 'test -e /healthy'],
  interval: 100,
  timeout: 5000,
  startPeriod: 60_000,
  startInterval: 0,
  retries: 1,
};

import type { Device } from '@device-supervisor/device';
import type { Documentation } from '../openapi/create-documentation.ts';
import type { MetricSource } from '../metrics/metric-family.ts';
import type { Monitor } from '../monitor.ts';
import type { RequestBindings } from './route.ts';
import type {
  ApiKeys,
  DeviceTags,
  HealthCondition,
  Host,
  LogStream,
  PageFiles,
  ServiceLocks,
  UsageSource,
} from '../ports.ts';

/** The dependencies of routes. */
export interface RouteDependencies {
  readonly device: Device;
  readonly keys: ApiKeys;
  readonly logs: LogStream;
  readonly host: Host;
  readonly tags: DeviceTags;
  readonly locks: ServiceLocks;
  /** Asks the cloud for a target, and applies it by force, to the app alone if one is given; absent: there is no cloud. Does not wait. */
  readonly lookForTarget?: (options: { readonly force: boolean; readonly appId?: number | undefined }) => void;
  /** Can the cloud be reached? `null`: not known; absent: there is none. */
  readonly cloudConnected?: () => boolean | null;
  /** Checks the device and its host; absent: nothing is checked. */
  readonly conditions?: () => Promise<readonly HealthCondition[]>;
  /** Beyond what the API counts itself. */
  readonly metrics?: readonly MetricSource[];
  /** The version that clients see: semver, 17.0.0 or above, without a pre-release tag. */
  readonly version: string;
  /** Which build answers. */
  readonly build?: { readonly version: string; readonly commit: string };
  /** Absent: there is no page. */
  readonly page?: PageFiles;
  /** Absent: nothing is known. */
  readonly usage?: UsageSource;
  /** Engine and host as they describe themselves, for the diagnostics; absent: they are left out. */
  readonly facts?: () => Promise<object>;
  readonly onError: (error: unknown) => void;
}

/** The parts that the API adds for its own routes. */
export interface OwnDependencies extends RouteDependencies {
  readonly monitor: Monitor;

  readonly document: Documentation;
  /** Answers a request as a client's would be. */
  readonly ask: (request: Request, bindings: RequestBindings) => Promise<Response>;
}

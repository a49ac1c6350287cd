import { createLogDestination, type Identity } from '@device-supervisor/cloud';
import type { Clock, Device } from '@device-supervisor/device';
import { formatError } from '@device-supervisor/errors';
import {
  createLogUploader,
  type ContainerLogSource,
  type LogUploader,
  type UploadResult,
} from '@device-supervisor/logs';
import type { SettingRepository } from '@device-supervisor/store';
import type { CloudAccess } from './cloud-access.ts';
import { positionFile } from './position-file.ts';

export interface LogUploadDependencies {
  /** Of the cloud's API, or of what takes its logs. */
  readonly endpoint: string;
  readonly access: CloudAccess;
  readonly source: ContainerLogSource;
  readonly device: Pick<Device, 'localMode' | 'subscribe'>;
  /** As the device is configured now. */
  readonly isWanted: () => boolean;
  readonly memory: Pick<SettingRepository, 'get' | 'set'>;
  /** File in memory for what was sent; survives a kill, not a boot. */
  readonly quickMemoryPath: string;
  readonly clock: Clock;
  readonly print: (message: string) => void;
}

/** Keeps what is to be sent from the start, and sends it once the device is registered. */
export interface LogUpload extends AsyncDisposable {
  readonly uploader: LogUploader;
  /** The cloud knows the device. */
  connect(identity: Identity): void;
}

const SETTING = 'cloudLogPositions';

/** Sends logs to the cloud, unless the device is configured not to or belongs to a developer for the time being. */
export function uploadLogs(dependencies: LogUploadDependencies): LogUpload {
  const { device, isWanted, memory, clock, print } = dependencies;
  const stack = new AsyncDisposableStack();
  const uploader = createLogUploader({
    source: dependencies.source,
    positions: { load: () => memory.get(SETTING), save: (text) => memory.set(SETTING, text) },
    quickPositions: positionFile(dependencies.quickMemoryPath),
    clock,
    random: Math.random,
    onResult: (result) => print(describe(result)),
    onFault: (error) => print(`Cannot save which logs were sent: ${formatError(error)}`),
  });
  const decide = (): void => uploader.enable(isWanted() && !device.localMode);
  decide();
  const subscription = device.subscribe(({ type }) => {
    if (type === 'state-changed') decide();
  });
  return {
    uploader,
    connect({ uuid, deviceApiKey: key }) {
      const { endpoint, access } = dependencies;
      uploader.connect(stack.use(createLogDestination({ endpoint, ...access, uuid, key, clock })));
    },
    async [Symbol.asyncDispose]() {
      subscription[Symbol.dispose]();
      // It says good-bye over the connections.
      await uploader[Symbol.asyncDispose]();
      await stack.disposeAsync();
    },
  };
}

function describe(result: UploadResult): string {
  if (result.status === 'ok') return 'The cloud takes logs again';
  const { error, retryIn, unconfirmed } = result;
  const repeated = unconfirmed === 1 ? 'the last message' : `the last ${unconfirmed} messages`;
  const seconds = Math.round(retryIn / 1000);
  return `Failed to send logs to the cloud: ${formatError(error)}; trying again in ${seconds} s, from ${repeated} on`;
}

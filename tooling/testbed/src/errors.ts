import { inspect } from 'node:util';
import { SupervisorError } from '@device-supervisor/errors';

/** A state that was waited for did not come, and nothing changes any more. */
export class WaitTimeoutError extends SupervisorError<
  'WAIT_TIMEOUT',
  { readonly description: string; readonly unchangedFor: number; readonly waited: number }
> {
  /** @param options `unchangedFor`, `waited`: milliseconds of an idle machine */
  constructor(
    description: string,
    options: {
      readonly unchangedFor: number;
      readonly waited: number;
      readonly last: unknown;
      readonly cause?: unknown;
    },
  ) {
    const { unchangedFor, waited, last, cause } = options;
    const seen = inspect(last, { depth: 6, maxStringLength: 4000, breakLength: 110 });
    super(
      'WAIT_TIMEOUT',
      `${description} did not come; nothing has changed for ${unchangedFor} ms; last seen: ${seen}`,
      {
        details: { description, unchangedFor, waited },
        cause,
      },
    );
  }
}

/** A stream that was waited on ended before the wanted item came. */
export class StreamEndedError extends SupervisorError<'STREAM_ENDED', { readonly description: string }> {
  constructor(description: string, last: unknown) {
    const seen = inspect(last, { depth: 6, maxStringLength: 4000, breakLength: 110 });
    super('STREAM_ENDED', `the stream ended before ${description}; last seen: ${seen}`, { details: { description } });
  }
}

/** The engine could not build or push a test image. */
export class ImageOperationError extends SupervisorError<
  'IMAGE_OPERATION_FAILED',
  { readonly operation: 'build' | 'push' | 'pull'; readonly image: string }
> {
  constructor(operation: 'build' | 'push' | 'pull', image: string, reason: string) {
    super('IMAGE_OPERATION_FAILED', `could not ${operation} ${image}: ${reason}`, { details: { operation, image } });
  }
}

/** A program of the test bed ended before it was ready. */
export class TestServiceError extends SupervisorError<
  'TEST_SERVICE_FAILED',
  { readonly service: string; readonly log: string }
> {
  constructor(service: string, log: string) {
    super('TEST_SERVICE_FAILED', `${service} ended before it was ready:\n${log}`, { details: { service, log } });
  }
}

/** System tests were started where they would change the machine. */
export class NotInNamespaceError extends SupervisorError<'NOT_IN_NAMESPACE', { readonly variable: string }> {
  constructor(variable: string) {
    super('NOT_IN_NAMESPACE', 'system tests start container engines, and run only in namespaces of their own', {
      details: { variable },
      hint: 'Run: node --conditions=@device-supervisor/source tooling/testbed/src/in-namespace.ts -- vitest run --project system',
    });
  }
}

/** The machine cannot run the namespaces of the test bed. */
export class NamespacesUnavailableError extends SupervisorError<
  'NAMESPACES_UNAVAILABLE',
  { readonly platform: string }
> {
  constructor(platform: string) {
    super('NAMESPACES_UNAVAILABLE', 'namespaces for system tests need Linux and root', {
      details: { platform },
      hint: 'Run the system tests as root on Linux, for example in a virtual machine',
    });
  }
}

/** The root file system of device hosts has not been made. */
export class DeviceHostMissingError extends SupervisorError<'DEVICE_HOST_MISSING', { readonly path: string }> {
  constructor(path: string) {
    super('DEVICE_HOST_MISSING', 'the root file system of device hosts has not been made', {
      details: { path },
      hint: 'Run the launcher with --device-host: in-namespace.ts --device-host -- vitest run --project system',
    });
  }
}

/** A command on a device host ended with another exit code than 0. */
export class DeviceHostCommandError extends SupervisorError<
  'DEVICE_HOST_COMMAND_FAILED',
  { readonly command: string; readonly exitCode: number | null }
> {
  constructor(command: string, exitCode: number | null, output: string) {
    super('DEVICE_HOST_COMMAND_FAILED', `on the device host, ${command} ended with exit code ${exitCode}:\n${output}`, {
      details: { command, exitCode },
    });
  }
}

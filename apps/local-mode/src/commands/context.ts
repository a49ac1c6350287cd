import { ApiRequestError, ApiUnreachableError, createApiClient } from '@device-supervisor/api-client';
import { EXIT, httpFetch, type DeviceContext } from '@device-supervisor/views/command-line';
import type { CommandRun } from '../cli/program.ts';
import { listenForInterruption } from '../cli/interruption.ts';
import type { CommonOptions } from '../cli/options.ts';
import { TargetRefusalError, TargetUnreachableError } from '../errors.ts';
import type { Place } from '../run/place.ts';
import { findTarget, type Target } from './target.ts';

/** The context of a command about a supervisor that runs. */
export interface Context extends DeviceContext {
  readonly place: Place;
  readonly options: CommonOptions;
  readonly target: Target;
}

/** A command that asks the supervisor of this machine or of a device; an interruption ends it. */
export function onTarget(command: (context: Context) => Promise<number>): CommandRun {
  return async (place, options) => {
    using interruption = listenForInterruption(place.output, () => process.exit(EXIT.interrupted));
    const { signal } = interruption;
    const target = await findTarget(options, place);
    return await asking(target, () => command(openContext(target, { place, options, signal })), signal);
  };
}

/** Runs what asks a supervisor. @throws the signal's reason; errors {@link inPlainWords} */
export async function asking<T>(target: Target, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw inPlainWords(error, target.shownAddress);
  }
}

/** Errors of the API's client name requests, which say little to the user of a command. */
export function inPlainWords(error: unknown, address: string): unknown {
  if (error instanceof ApiUnreachableError) return new TargetUnreachableError(address);
  if (!(error instanceof ApiRequestError)) return error;
  const { method, path, status } = error.details;
  const reason = error.message.replace(`${method} ${path}: ${status}`, '').trim();
  return new TargetRefusalError(address, status, reason === '' ? `status ${status}` : reason);
}

/** @param signal ends requests and streams */
export function openContext(
  target: Target,
  { place, options, signal }: Pick<Context, 'place' | 'options' | 'signal'>,
): Context {
  return {
    place,
    options,
    target,
    client: createApiClient({
      address: target.address,
      fetch: (request) => httpFetch(request, { interruption: signal }),
    }),
    screen: place.screen,
    json: options.json,
    now: () => Date.now(),
    signal,
    notes: place.notes,
  };
}

import type { z } from 'zod';
import { parseJson } from '../transport/read-json-lines.ts';

/**
 * Label in which the engine adapter keeps what was asked for, where the engine's own answer does not tell it: values
 * that an engine also fills in by itself (its default runtime, say), and limits that it drops because the kernel has
 * no support for them. It is no part of the canonical configuration.
 */
export const REQUESTED_LABEL = 'io.balena.private.requested';

/** Reads the label; `undefined` when it is not there or not ours. */
export function readRequested<T>(labels: Readonly<Record<string, string>>, schema: z.ZodType<T>): T | undefined {
  const decoded = schema.safeParse(parseJson(labels[REQUESTED_LABEL] ?? ''));
  return decoded.success ? decoded.data : undefined;
}

/** The label as an object to merge into others; empty when there is nothing to keep. */
export function writeRequested(requested: object): Record<string, string> {
  return Object.keys(requested).length === 0 ? {} : { [REQUESTED_LABEL]: JSON.stringify(requested) };
}

/** Labels without ours. */
export function withoutRequested(labels: Readonly<Record<string, string>>): Record<string, string> {
  const { [REQUESTED_LABEL]: _, ...others } = labels;
  return others;
}

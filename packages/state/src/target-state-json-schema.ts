import * as z from 'zod';
import { targetStateV2Schema } from './decode-target-state-v2.ts';
import { targetStateV3Schema } from './decode-target-state-v3.ts';

/**
 * The format of a target state as JSON Schema (2020-12), for editors and programs in other languages: `v2` is the document
 * of the local mode API, `v3` the document of a cloud. It describes the form; `decodeTargetStateV2` and
 * `decodeTargetStateV3` also refuse what contradicts itself.
 *
 * @example
 * ```ts
 * await writeFile('target-state.schema.json', JSON.stringify(targetStateJsonSchema('v2')));
 * ```
 */
export function targetStateJsonSchema(format: 'v2' | 'v3'): Record<string, unknown> {
  const schema = format === 'v2' ? targetStateV2Schema() : targetStateV3Schema();
  return { ...z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) };
}

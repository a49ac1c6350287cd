import { expect, it } from 'vitest';
import { targetStateJsonSchema } from './target-state-json-schema.ts';

it.each(['v2', 'v3'] as const)('describes the services of %s with their compose fields, each once', (format) => {
  const schema = targetStateJsonSchema(format);
  const name = `TargetState${format.toUpperCase()}`;
  expect(schema).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $ref: `#/$defs/${name}`,
    $defs: { [name]: { type: 'object' } },
  });
  const text = JSON.stringify(schema);
  expect(text.split('"mem_limit"')).toHaveLength(2);
  expect(text).toContain(format === 'v2' ? '"serviceName"' : '"image_id"');
});

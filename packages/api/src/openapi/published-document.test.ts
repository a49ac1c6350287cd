import { typesOf } from '@device-supervisor/api-types';
import { expect, it } from 'vitest';
import { createTestApi } from '../testing/test-api.ts';
import { buildDocument } from './build-document.ts';

const document = buildDocument(createTestApi().api.routes, '17.0.0');

// A change of what clients rely on shows in the diff of these files: `npm run docs:api` writes them.
it('is in the repository as the routes say', async () => {
  const json = `${JSON.stringify(document, null, 2)}\n`;
  await expect(json).toMatchFileSnapshot('../../../api-client/openapi.json');
});

it('and so are the types of its client', async () => {
  const types = `// Generated from openapi.json by \`npm run docs:api\`; not edited by hand.\n${await typesOf(JSON.stringify(document))}`;
  await expect(types).toMatchFileSnapshot('../../../api-client/src/generated/openapi.ts');
});

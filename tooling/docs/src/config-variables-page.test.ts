import { expect, it } from 'vitest';
import { configVariablesPage } from './config-variables-page.ts';

it('is in the docs as the table says', async () => {
  await expect(configVariablesPage()).toMatchFileSnapshot('../../../docs/config-variables.md');
});

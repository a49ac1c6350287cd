import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeFieldsPage, specifiedFields } from './compose-fields-page.ts';
import { openFieldLaboratory, type FieldLaboratory, type FieldOutcome } from './field-outcome.ts';
import { SECTION_SAMPLES } from './section-samples.ts';
import { SERVICE_SAMPLES } from './service-samples.ts';

const FIELD_SAMPLES = [...SERVICE_SAMPLES, ...SECTION_SAMPLES];

let laboratory: FieldLaboratory;
const outcomes = new Map<string, FieldOutcome>();

beforeAll(async () => {
  laboratory = await openFieldLaboratory();
  for (const sample of FIELD_SAMPLES) outcomes.set(sample.path, await laboratory.outcomeOf(sample));
});
afterAll(() => laboratory[Symbol.asyncDispose]());

/** The specification gives it no meaning. */
const WITHOUT_MEANING = 'version';

describe('the fields of the compose specification', () => {
  it('have a sample each', () => {
    const sampled = new Set(FIELD_SAMPLES.map(({ path }) => path));
    expect(specifiedFields().filter((path) => !sampled.has(path))).toEqual([]);
    expect([...sampled].filter((path) => !specifiedFields().includes(path) && !BOTH_FORMS.includes(path))).toEqual([]);
  });

  it('are applied, or something is said about them', () => {
    const silent = [...outcomes].flatMap(([path, { kind }]) => (kind === 'silent' ? [path] : []));
    expect(silent).toEqual([WITHOUT_MEANING]);
  });

  it('that the specification does not have are reported', async () => {
    const unknown = { path: 'services.made_up', section: 'service', fields: 'made_up: 1', without: '' } as const;
    expect(await laboratory.outcomeOf(unknown)).toEqual({
      kind: 'no-effect',
      said: ['made_up is not a compose field and has no effect'],
    });
  });

  it('are on the page', async () => {
    const page = composeFieldsPage(new Map([...outcomes].filter(([path]) => path !== WITHOUT_MEANING)));
    await expect(page).toMatchFileSnapshot('../../../../docs/compose-fields.md');
  });
});

/** Fields that may also be a single value. */
const BOTH_FORMS = ['networks', 'volumes', 'configs', 'secrets'].map((section) => `${section}.external`);

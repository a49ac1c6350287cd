import * as z from 'zod';
import { success } from './answers.ts';
import { about, BlockedAnswer, NoticeAnswer } from './device-state.ts';
import { named } from './named.ts';

/** The public fields of an operation. */
export const operationFields = {
  id: z.string().meta({ description: 'The same for each attempt at the same operation' }),
  kind: z.string().meta({ description: 'e.g. `pull-image`, `start-container`' }),
  ...about,
  cause: z.string().meta({ description: 'Why, for a person' }),
};

export const OperationAnswer = named('Operation', () =>
  z.strictObject({
    ...operationFields,
    dependsOn: z.array(z.string()).meta({ description: 'Ids of operations that come first' }),
  }),
);

export const PlanAnswer = named('Plan', () =>
  success({
    operations: z.array(OperationAnswer()),
    blocked: z.array(BlockedAnswer()),
    notices: z.array(NoticeAnswer()),
  }),
);

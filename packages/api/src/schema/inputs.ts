import * as z from 'zod';

/** The spellings of yes and no that clients of this API use; absent is no. */
export const Flag = z
  .union(
    [
      z.literal([true, 1, '1', 'true', 'on']).transform(() => true),
      z.literal([false, 0, '0', 'false', 'off', '', null]).transform(() => false),
    ],
    // To take anything else for no would do something else than was asked for.
    { error: 'must be true or false' },
  )
  .default(false);

/** A number above 0, also as text: forms know nothing else. */
export const Id = z.union(
  [
    z.int().positive(),
    z
      .string()
      .regex(/^0*[1-9]\d{0,15}$/)
      .transform(Number)
      .refine(Number.isSafeInteger),
  ],
  { error: 'must be a number above 0' },
);

/** The app that a path names. */
export const AppIdInPath = z
  .string()
  .regex(/^0*[1-9]\d{0,15}$/, { error: ({ input }) => `Invalid application ID: ${String(input)}` })
  .transform(Number)
  .refine(Number.isSafeInteger, 'Invalid application ID')
  .meta({ description: 'Id of the app (fleet)', examples: ['1234'] });

/** A body of which nothing is taken. */
export const Nothing = z.object({}).meta({ id: 'Nothing', examples: [{}] });

export const Forcible = z
  .object({ force: Flag.meta({ description: 'Take update locks also from services that hold them' }) })
  .meta({ id: 'ForceRequest', examples: [{ force: false }] });

/** The app as a whole. */
export const AppRequest = z
  .object({ appId: Id, force: Flag })
  .meta({ id: 'AppRequest', examples: [{ appId: 1, force: false }] });

import * as z from 'zod';

/** The requirements of a contract. */
export type Requirement =
  | { readonly or: readonly Requirement[] }
  | {
      /** e.g. `sw.supervisor`. */
      readonly type: string;
      readonly slug?: string | undefined;
      /** A range of versions, e.g. `>=10.0.0`. */
      readonly version?: string | undefined;
    };

export type ContractDecoding =
  | { readonly requirements: readonly Requirement[] }
  | { readonly fault: { readonly path: string; readonly message: string } };

const Alternatives = z.strictObject({
  get or() {
    return z.array(Requirement).min(1);
  },
});
const Single = z.object({
  type: z.string(),
  slug: z.string().optional(),
  version: z.string().optional(),
  data: z.never('is not supported').optional(),
});
const Requirement: z.ZodType<Requirement> = z.lazy(() =>
  z.unknown().transform((value, context): Requirement => {
    const schema = typeof value === 'object' && value !== null && 'or' in value ? Alternatives : Single;
    const decoded = schema.safeParse(value);
    if (decoded.success) return decoded.data;
    for (const { path, message } of decoded.error.issues) context.addIssue({ code: 'custom', path, message });
    return z.NEVER;
  }),
);
const Contract = z.looseObject({ requires: z.array(Requirement).default([]) });

/** Reads a service's contract. One that cannot be read is no fault of its document: it refuses the app alone. */
export function decodeContract(contract: Readonly<Record<string, unknown>>): ContractDecoding {
  const decoded = Contract.safeParse(contract);
  if (decoded.success) return { requirements: decoded.data.requires };
  const [issue] = decoded.error.issues;
  return { fault: { path: (issue?.path ?? []).map(String).join('.'), message: issue?.message ?? 'is not readable' } };
}

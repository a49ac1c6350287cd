/** Several clusters each, of different number. */
export const CONTENTS = {
  first: 'first\n'.repeat(400),
  second: 'second\n'.repeat(900),
  third: 'third\n'.repeat(200),
} as const;

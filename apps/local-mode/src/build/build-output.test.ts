import { describe, expect, it } from 'vitest';
import { formatStep, NO_OUTPUT, readBuildLine } from './build-output.ts';

const read = (...messages: object[]) => messages.map((one) => JSON.stringify(one)).reduce(readBuildLine, NO_OUTPUT);

describe('readBuildLine', () => {
  it('keeps text, the latest step and the image', () => {
    const output = read(
      { stream: 'Step 1/2 : FROM scratch' },
      { stream: '\n' },
      { stream: 'Step 2/2 : COPY a /a' },
      { stream: '\n ---> 05a6e6c7bca8\n' },
      { aux: { ID: 'sha256:05a6' } },
    );
    expect(output).toEqual({
      text: 'Step 1/2 : FROM scratch\nStep 2/2 : COPY a /a\n ---> 05a6e6c7bca8\n',
      step: { number: 2, total: 2, instruction: 'COPY a /a' },
      error: null,
      imageId: 'sha256:05a6',
    });
    expect(output.step === null ? '' : formatStep(output.step)).toBe('step 2/2: COPY a /a');
  });

  it("reads Podman's steps", () => {
    expect(read({ stream: 'STEP 1/3: FROM x\n' }).step).toEqual({ number: 1, total: 3, instruction: 'FROM x' });
  });

  it('keeps the error and what was pulled', () => {
    expect(
      read(
        { status: 'Pulling fs layer', id: 'a1', progressDetail: {} },
        { error: 'no such host', errorDetail: { message: 'x' } },
      ),
    ).toEqual({
      text: 'a1: Pulling fs layer\nno such host\n',
      step: null,
      error: 'no such host',
      imageId: null,
    });
  });

  it('does not take a line that a program prints for a step', () => {
    expect(read({ stream: 'Step 1/2 : RUN x' }, { stream: 'Step 3 of 4: fetching\n' }).step?.number).toBe(1);
  });
});

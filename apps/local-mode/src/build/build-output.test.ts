import { PbfWriter } from 'pbf';
import { describe, expect, it } from 'vitest';
import { createBuildOutput, formatStep, type BuildOutput } from './build-output.ts';

function read(...messages: object[]): { readonly output: BuildOutput; readonly lines: readonly string[] } {
  const output = createBuildOutput();
  const lines = messages.flatMap((message) => output.take(JSON.stringify(message)));
  return { output, lines: [...lines, ...output.end()] };
}

interface TracedStep {
  readonly digest?: string;
  readonly name?: string;
  readonly cached?: boolean;
  readonly started?: boolean;
  readonly completed?: boolean;
  readonly error?: string;
}

/** A message of BuildKit, as the engine sends it. */
function trace(parts: {
  readonly steps?: readonly TracedStep[];
  readonly logs?: readonly (readonly [step: string, text: string])[];
  readonly warnings?: readonly string[];
}): object {
  const writer = new PbfWriter();
  const time = (_: null, one: PbfWriter): void => one.writeVarintField(1, 1_700_000_000);
  for (const step of parts.steps ?? []) {
    writer.writeMessage(
      1,
      ({ digest = 'sha256:1', name = '', cached = false, started = true, completed = false, error = '' }, one) => {
        one.writeStringField(1, digest);
        one.writeStringField(2, 'sha256:0');
        one.writeStringField(3, name);
        if (cached) one.writeBooleanField(4, true);
        if (started) one.writeMessage(5, time, null);
        if (completed) one.writeMessage(6, time, null);
        if (error !== '') one.writeStringField(7, error);
      },
      step,
    );
  }
  for (const log of parts.logs ?? []) {
    writer.writeMessage(
      3,
      ([step, text], one) => {
        one.writeStringField(1, step);
        one.writeMessage(2, time, null);
        one.writeVarintField(3, 1);
        one.writeBytesField(4, Buffer.from(text));
      },
      log,
    );
  }
  for (const warning of parts.warnings ?? []) {
    writer.writeMessage(4, (text, one) => one.writeBytesField(3, Buffer.from(text)), warning);
  }
  return { id: 'moby.buildkit.trace', aux: Buffer.from(writer.finish()).toString('base64') };
}

describe('the output of the classic builder', () => {
  it('gives lines, the latest step and the image', () => {
    const { output, lines } = read(
      { stream: 'Step 1/2 : FROM scratch' },
      { stream: '\n' },
      { stream: 'Step 2/2 : COPY a /a' },
      { stream: '\n ---> 05a6e6c7bca8\n' },
      { aux: { ID: 'sha256:05a6' } },
    );
    expect(lines).toEqual(['Step 1/2 : FROM scratch', 'Step 2/2 : COPY a /a', ' ---> 05a6e6c7bca8']);
    expect(output.step === null ? '' : formatStep(output.step)).toBe('step 2/2: COPY a /a');
    expect(output.imageId).toBe('sha256:05a6');
  });

  it("reads Podman's steps", () => {
    const { output } = read({ stream: 'STEP 1/3: FROM x\n' });
    expect(output.step).toEqual({ number: 1, total: 3, instruction: 'FROM x' });
  });

  it('keeps the error, and shows what was pulled', () => {
    const { output, lines } = read(
      { status: 'Pulling fs layer', id: 'a1', progressDetail: {} },
      { error: 'no such host', errorDetail: { message: 'x' } },
    );
    expect(lines).toEqual(['a1: Pulling fs layer']);
    expect(output).toMatchObject({ step: null, error: 'no such host', imageId: null });
  });

  it('does not take a line that a program prints for a step', () => {
    const { output } = read({ stream: 'Step 1/2 : RUN x\n' }, { stream: 'Step 3 of 4: fetching\n' });
    expect(output.step?.number).toBe(1);
  });
});

describe('the output of BuildKit', () => {
  it('announces each step once, when it starts, and says which were cached', () => {
    const { output, lines } = read(
      trace({ steps: [{ digest: 'i', name: '[internal] load build context' }] }),
      trace({
        steps: [
          { digest: 'a', name: '[build 1/3] COPY a /a', cached: true, started: false },
          { digest: 'b', name: '[build 2/3] RUN make', started: false },
        ],
      }),
      trace({ steps: [{ digest: 'b', name: '[build 2/3] RUN make' }] }),
      trace({ steps: [{ digest: 'b', name: '[build 2/3] RUN make', completed: true }] }),
      { id: 'moby.image.id', aux: { ID: 'sha256:9' } },
    );
    expect(lines).toEqual(['[build 1/3] COPY a /a (cached)', '[build 2/3] RUN make']);
    expect(output).toMatchObject({ step: { number: 2, total: 3, instruction: 'RUN make' }, imageId: 'sha256:9' });
  });

  it('puts lines together for each step, though their parts come mixed, and shows a last one without an end', () => {
    const { lines } = read(
      trace({
        logs: [
          ['a', 'one '],
          ['b', 'other\nre'],
          ['a', 'two\n\n'],
          ['b', 'st'],
        ],
      }),
      trace({ steps: [{ digest: 'b', name: '[2/2] RUN x', completed: true }] }),
      trace({ logs: [['a', '1 %\r50 %\r100 %\nend']] }),
    );
    expect(lines).toEqual(['other', 'one two', 'rest', '[2/2] RUN x', '100 %', 'end']);
  });

  it('shows warnings, and names the step that failed', () => {
    const { output, lines } = read(
      trace({ warnings: ['FromAsCasing: as and FROM differ'] }),
      trace({ steps: [{ digest: 'a', name: '[2/9] RUN false', completed: true, error: 'exit code: 1' }] }),
      { errorDetail: { message: 'exit code: 1' }, error: 'exit code: 1' },
    );
    expect(lines).toEqual(['warning: FromAsCasing: as and FROM differ', '[2/9] RUN false']);
    expect(output).toMatchObject({ error: 'exit code: 1', missingFrontend: null, step: { number: 2, total: 9 } });
  });

  it('names the image of a syntax line that cannot be downloaded', () => {
    const name = 'resolve image config for docker.io/docker/dockerfile:1';
    const { output } = read(trace({ steps: [{ name, completed: true, error: 'no such host' }] }));
    expect(output.missingFrontend).toBe('docker.io/docker/dockerfile:1');
  });
});

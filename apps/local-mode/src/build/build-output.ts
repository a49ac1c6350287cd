import * as z from 'zod';

/** One line of what the engine tells while it builds; it says more than this. */
const BuildMessage = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  id: z.string().optional(),
  error: z.string().optional(),
  aux: z.object({ ID: z.string().optional() }).optional(),
});

export interface BuildStep {
  readonly number: number;
  readonly total: number;
  /** e.g. `COPY run.sh /run.sh`. */
  readonly instruction: string;
}

/** The progress of a build, read from the engine's output. */
export interface BuildOutput {
  readonly text: string;
  readonly step: BuildStep | null;
  readonly error: string | null;
  readonly imageId: string | null;
}

export const NO_OUTPUT: BuildOutput = { text: '', step: null, error: null, imageId: null };

/** Docker writes `Step 1/3 : …`, Podman `STEP 1/3: …`. */
const STEP = /^step (\d+)\/(\d+) ?: (.*)$/i;

/** Takes in one line of the engine's output, a JSON object. */
export function readBuildLine(output: BuildOutput, line: string): BuildOutput {
  if (line.trim() === '') return output;
  const { stream = '', status, id, error, aux } = BuildMessage.parse(JSON.parse(line));
  const text = status === undefined ? stream : `${id === undefined ? '' : `${id}: `}${status}\n`;
  return {
    text: output.text + text + (error === undefined ? '' : `${error}\n`),
    step: readStep(stream) ?? output.step,
    error: error ?? output.error,
    imageId: aux?.ID ?? output.imageId,
  };
}

export function formatStep({ number, total, instruction }: BuildStep): string {
  return `step ${number}/${total}: ${instruction}`;
}

function readStep(text: string): BuildStep | null {
  const [, number, total, instruction] = STEP.exec(text.trim()) ?? [];
  if (number === undefined || total === undefined || instruction === undefined) return null;
  return { number: Number(number), total: Number(total), instruction };
}

import * as z from 'zod';
import { decodeTrace, type TracedStep } from './buildkit/decode-trace.ts';

/** One line of what the engine tells while it builds; it says more than this. */
const BuildMessage = z.object({
  id: z.string().optional(),
  stream: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
  aux: z.union([z.string(), z.object({ ID: z.string().optional() })]).optional(),
});

export interface BuildStep {
  readonly number: number;
  readonly total: number;
  /** e.g. `COPY run.sh /run.sh`. */
  readonly instruction: string;
}

/** The output of a build so far, from either builder. */
export interface BuildOutput {
  readonly step: BuildStep | null;
  readonly error: string | null;
  readonly imageId: string | null;
  /** The image of a `# syntax=` line that the engine could not download; `null`: there is none. */
  readonly missingFrontend: string | null;
  /**
   * Takes in one message of the engine, a JSON object.
   *
   * @returns the lines that it completes
   */
  take(message: string): readonly string[];
  /** @returns the last line, if it has not ended */
  end(): readonly string[];
}

/** Docker writes `Step 1/3 : …`, Podman `STEP 1/3: …`. */
const CLASSIC_STEP = /^step (\d+)\/(\d+) ?: (.*)$/i;
/** BuildKit's `[2/3] COPY …`, with the name of the stage when there are several. */
const BUILDKIT_STEP = /^\[(?:\S+ +)?(\d+)\/(\d+)\] (.*)$/s;
const FRONTEND_STEP = /^resolve image config for (\S+)$/;
const TRACE = 'moby.buildkit.trace';

/** Reads the output of a build from its beginning. */
export function createBuildOutput(): BuildOutput {
  return new Output();
}

class Output implements BuildOutput {
  step: BuildStep | null = null;
  error: string | null = null;
  imageId: string | null = null;
  missingFrontend: string | null = null;
  readonly #announced = new Set<string>();
  /** The beginning of a line, by the step that writes it. */
  readonly #unfinished = new Map<string, string>();

  take(message: string): readonly string[] {
    if (message.trim() === '') return [];
    const { stream, status, id, error, aux } = BuildMessage.parse(JSON.parse(message));
    if (error !== undefined) this.error = error;
    if (typeof aux === 'string') return id === TRACE ? this.#takeTrace(aux) : [];
    if (aux?.ID !== undefined) this.imageId = aux.ID;
    if (status !== undefined) return [`${id === undefined ? '' : `${id}: `}${status}`];
    return this.#split('', stream ?? '').map((line) => this.#noteStep(line));
  }

  end(): readonly string[] {
    const rest = [...this.#unfinished.values()].filter((line) => line !== '');
    this.#unfinished.clear();
    return rest;
  }

  #noteStep(line: string): string {
    this.step = readStep(CLASSIC_STEP, line) ?? this.step;
    return line;
  }

  #takeTrace(message: string): string[] {
    const { steps, logs, warnings } = decodeTrace(message);
    return [
      ...steps.flatMap((step) => this.#takeStep(step)),
      ...logs.flatMap(({ step, text }) => this.#split(step, text)),
      ...warnings.map((warning) => `warning: ${warning}`),
    ];
  }

  #takeStep({ digest, name, isCached, isStarted, isCompleted, error }: TracedStep): string[] {
    if (error !== '') {
      this.missingFrontend = FRONTEND_STEP.exec(name)?.[1] ?? this.missingFrontend;
      // The reason of a failed build is that of the step that failed, whatever runs beside it.
      this.step = readStep(BUILDKIT_STEP, name) ?? this.step;
    }
    // The parts that every build has are no news.
    if (name.startsWith('[internal]') || !(isStarted || isCached)) return [];
    const rest = isCompleted ? this.#finishLine(digest) : [];
    if (this.#announced.has(digest)) return rest;
    this.#announced.add(digest);
    this.step = readStep(BUILDKIT_STEP, name) ?? this.step;
    // A stage without a name only has its number.
    return [...rest, `${name.replace(/^\[stage-\d+ +/, '[')}${isCached ? ' (cached)' : ''}`];
  }

  #finishLine(step: string): string[] {
    const rest = this.#unfinished.get(step) ?? '';
    this.#unfinished.delete(step);
    return rest === '' ? [] : [rest];
  }

  #split(step: string, text: string): string[] {
    const lines = ((this.#unfinished.get(step) ?? '') + text).split(/\r?\n/);
    this.#unfinished.set(step, lines.pop() ?? '');
    // A progress bar draws over its own line: what counts is how it ended.
    return lines.map((line) => line.slice(line.lastIndexOf('\r') + 1)).filter((line) => line.trim() !== '');
  }
}

export function formatStep({ number, total, instruction }: BuildStep): string {
  return `step ${number}/${total}: ${instruction}`;
}

function readStep(pattern: RegExp, text: string): BuildStep | null {
  const [, number, total, instruction] = pattern.exec(text.trim()) ?? [];
  if (number === undefined || total === undefined || instruction === undefined) return null;
  return { number: Number(number), total: Number(total), instruction };
}

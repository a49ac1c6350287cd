import { PbfReader } from 'pbf';

/** News of a BuildKit build since the last message (`StatusResponse` of moby/buildkit's api/services/control). */
export interface Trace {
  readonly steps: readonly TracedStep[];
  readonly logs: readonly TracedLog[];
  /** Short texts of what the frontend finds bad style or worse. */
  readonly warnings: readonly string[];
}

/** A step of the build, as far as it has got. */
export interface TracedStep {
  readonly digest: string;
  /** E.g. `[build 2/5] RUN npm ci`, `[internal] load build context`. */
  readonly name: string;
  readonly isCached: boolean;
  readonly isStarted: boolean;
  readonly isCompleted: boolean;
  /** `''`: it has not failed. */
  readonly error: string;
}

/** Output of a step; it can end within a line. */
export interface TracedLog {
  /** Digest of the step. */
  readonly step: string;
  readonly text: string;
}

/** @param message base64, the `aux` of a message whose id is `moby.buildkit.trace` */
export function decodeTrace(message: string): Trace {
  const trace: { steps: TracedStep[]; logs: TracedLog[]; warnings: string[] } = { steps: [], logs: [], warnings: [] };
  return new PbfReader(Buffer.from(message, 'base64')).readFields((tag, read, reader) => {
    if (tag === 1) read.steps.push(readStep(reader));
    else if (tag === 3) read.logs.push(readLog(reader));
    else if (tag === 4) read.warnings.push(readWarning(reader));
  }, trace);
}

function readStep(reader: PbfReader): TracedStep {
  const step = { digest: '', name: '', isCached: false, isStarted: false, isCompleted: false, error: '' };
  return reader.readMessage((tag, read, fields) => {
    if (tag === 1) read.digest = fields.readString();
    else if (tag === 3) read.name = fields.readString();
    else if (tag === 4) read.isCached = fields.readBoolean();
    else if (tag === 5) read.isStarted = true;
    else if (tag === 6) read.isCompleted = true;
    else if (tag === 7) read.error = fields.readString();
  }, step);
}

function readLog(reader: PbfReader): TracedLog {
  const log = { step: '', text: '' };
  return reader.readMessage((tag, read, fields) => {
    if (tag === 1) read.step = fields.readString();
    else if (tag === 4) read.text = fields.readString();
  }, log);
}

function readWarning(reader: PbfReader): string {
  return reader.readMessage(
    (tag, read, fields) => {
      if (tag === 3) read.text = fields.readString();
    },
    { text: '' },
  ).text;
}

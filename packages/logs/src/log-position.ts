import type { ContainerLogLine } from './ports.ts';

/** Up to where the lines of a container were read: what a source gives again from there on can be told apart. */
export interface LogPosition {
  /** Of the latest line, or of where reading began; milliseconds since the epoch. */
  readonly timestamp: number;
  /** How many lines with this very timestamp were read. */
  readonly seen: number;
}

/** Milliseconds by which lines may be out of order; further back, the clock was set. */
const DISORDER = 10_000;

export function positionAfter(position: LogPosition, { timestamp }: ContainerLogLine): LogPosition {
  if (timestamp === position.timestamp) return { timestamp, seen: position.seen + 1 };
  const isLate = timestamp < position.timestamp && timestamp >= position.timestamp - DISORDER;
  return isLate ? position : { timestamp, seen: 1 };
}

/**
 * Whether lines between a position and the first one that a source gives from there on may have gone. The line at the
 * position itself comes again as long as it is kept.
 */
export function isGap(position: LogPosition, first: ContainerLogLine): boolean {
  return position.seen > 0 && first.timestamp > position.timestamp;
}

/**
 * A filter for the lines that a source gives from the position on: true for those that were not read before. Sources
 * give lines of the same time in the same order again.
 */
export function createReplayFilter(position: LogPosition): (line: ContainerLogLine) => boolean {
  let toSkip = position.seen;
  let isReplay = true;
  return ({ timestamp }) => {
    if (!isReplay) return true;
    if (timestamp < position.timestamp) return false;
    if (timestamp === position.timestamp && toSkip > 0) {
      toSkip--;
      return false;
    }
    isReplay = false;
    return true;
  };
}

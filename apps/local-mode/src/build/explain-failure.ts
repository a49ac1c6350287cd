import { newFrontendFeatures } from './buildkit-features.ts';
import type { Dockerfile } from './dockerfile.ts';

export interface FailedDockerfile {
  /** The file as the developer wrote it. */
  readonly file: Dockerfile;
  /** Lines that were put into it, and how many lines come before them. */
  readonly added: number;
  readonly before: number;
}

/** The engine's words for what it does, around the reason. */
const PREFIXES =
  /^(failed to solve( with frontend [\w.]+)?: |failed to create LLB definition: |rpc error: code = \w+ desc = )+/;
const PARSE_ERROR = /^dockerfile parse error (?:on )?line (\d+): /i;

/** The reason of a failed build in few words, with the line of the Dockerfile if the engine names it. */
export function explainFailure(
  error: string,
  { file, added, before }: FailedDockerfile,
): { readonly reason: string; readonly line: number | null } {
  const text = error.replace(PREFIXES, '').trim();
  const named = Number(PARSE_ERROR.exec(text)?.[1] ?? NaN);
  if (Number.isNaN(named)) return { reason: text, line: null };
  const line = named > before ? Math.max(before + 1, named - added) : named;
  const reason = text.replace(PARSE_ERROR, '');
  const culprit = newFrontendFeatures(file).findLast((feature) => feature.line <= line);
  if (culprit === undefined) return { reason, line };
  const advice =
    file.frontend === null
      ? 'begin the Dockerfile with "# syntax=docker/dockerfile:1", or use Docker 23 or newer'
      : `the engine needs ${file.frontend} for it: let it reach the registry, or use Docker 23 or newer`;
  return {
    reason: `${culprit.what} in line ${culprit.line} is too new for the program with which this engine reads Dockerfiles; ${advice} (${reason})`,
    line: culprit.line,
  };
}

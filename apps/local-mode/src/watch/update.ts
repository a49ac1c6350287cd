import type { WatchProgram } from '@device-supervisor/compose-project';

/** One file or folder of the developer and its place in the container. */
export interface Copy {
  /** Absolute path on this machine; a file that is not there is removed from the container. */
  readonly path: string;
  /** Absolute path in the container. */
  readonly target: string;
  /** `USER[:GROUP]` by name or number; `null`: root. */
  readonly owner: string | null;
}

/** The actions for a changed file. */
export interface Actions {
  readonly rebuild: boolean;
  readonly copies: readonly Copy[];
  readonly restart: boolean;
  readonly programs: readonly WatchProgram[];
}

/** No action: the file does not concern the service. */
export const NO_ACTION: Actions = { rebuild: false, copies: [], restart: false, programs: [] };

/** The actions for several files together: each copy once, and each program once. */
export function combine(all: readonly Actions[]): Actions {
  const copies = new Map(all.flatMap((one) => one.copies).map((copy) => [`${copy.target}\0${copy.path}`, copy]));
  const programs = new Map(all.flatMap((one) => one.programs).map((program) => [JSON.stringify(program), program]));
  return {
    rebuild: all.some(({ rebuild }) => rebuild),
    copies: [...copies.values()],
    restart: all.some(({ restart }) => restart),
    programs: [...programs.values()],
  };
}

export function isNothing({ rebuild, copies, restart, programs }: Actions): boolean {
  return !rebuild && copies.length === 0 && !restart && programs.length === 0;
}

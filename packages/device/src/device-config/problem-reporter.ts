import type { ConfigProblem, DeviceConfigVariables } from '../settings/resolve-device-config.ts';

/** Tells of each variable that cannot be applied once, and again when it has another value. */
export class ProblemReporter {
  readonly #say: (message: string) => void;
  /** Reported values by variable, for each part of the configuration. */
  readonly #told = new Map<string, ReadonlyMap<string, string | undefined>>();

  constructor(say: (message: string) => void) {
    this.#say = say;
  }

  /** @param problems all there are in this part now */
  report(part: string, problems: readonly ConfigProblem[], config: DeviceConfigVariables): void {
    const before = this.#told.get(part);
    for (const { variable, message } of problems) {
      if (before?.has(variable) === true && before.get(variable) === config[variable]) continue;
      this.#say(`Configuration variable ${variable} is ignored: it ${message}`);
    }
    this.#told.set(part, new Map(problems.map(({ variable }) => [variable, config[variable]])));
  }
}

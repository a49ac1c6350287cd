import type { ConfigProblem, DeviceConfigVariables } from '../settings/resolve-device-config.ts';

/** Reports each variable that cannot be applied once, and again when its value changes. */
export class ProblemReporter {
  readonly #say: (message: string) => void;
  /** Reported values by variable, for each part of the configuration. */
  readonly #reported = new Map<string, ReadonlyMap<string, string | undefined>>();

  constructor(say: (message: string) => void) {
    this.#say = say;
  }

  /** @param problems all there are in this part now */
  report(part: string, problems: readonly ConfigProblem[], config: DeviceConfigVariables): void {
    const before = this.#reported.get(part);
    for (const { variable, message } of problems) {
      if (before?.has(variable) === true && before.get(variable) === config[variable]) continue;
      this.#say(`Configuration variable ${variable} is ignored: it ${message}`);
    }
    this.#reported.set(part, new Map(problems.map(({ variable }) => [variable, config[variable]])));
  }
}

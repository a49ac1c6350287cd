import { ProgressReporter } from './progress-reporter.ts';

/** The reporter that vitest makes when it is given this file; what it passes to the constructor has no meaning here. */
export default class VitestReporter extends ProgressReporter {
  constructor(_options?: unknown) {
    super();
  }
}

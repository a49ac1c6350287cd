/** The outcome of one look at the machine. */
export interface Check {
  /** e.g. `engine`. */
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'failed';
  readonly message: string;
  /** `null`: nothing has to be done. */
  readonly remedy: string | null;
}

export function passed(name: string, message: string): Check {
  return { name, status: 'ok', message, remedy: null };
}

export function warns(name: string, message: string, remedy: string): Check {
  return { name, status: 'warning', message, remedy };
}

export function fails(name: string, message: string, remedy: string): Check {
  return { name, status: 'failed', message, remedy };
}

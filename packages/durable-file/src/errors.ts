import { SupervisorError } from '@device-supervisor/errors';

/** Another program changed the file at every attempt. */
export class FileContendedError extends SupervisorError<'FILE_CONTENDED', { readonly path: string }> {
  constructor(path: string) {
    super('FILE_CONTENDED', `${path} is changed by another program all the time`, {
      details: { path },
      hint: 'Find the program that keeps writing it',
    });
  }
}

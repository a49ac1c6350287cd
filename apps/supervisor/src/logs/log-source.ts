import { NotFoundError, type Engine } from '@device-supervisor/engine';
import { followJournal, JournalUnavailableError } from '@device-supervisor/journal';
import { engineLogSource, journalLogSource, type ContainerLogSource } from '@device-supervisor/logs';

/** The journal where the engine logs there and it can be read, else the engine's own log streams. */
export function logSource(engine: Engine): ContainerLogSource {
  const fromEngine = engineLogSource(engine);
  const fromJournal = journalLogSource(followJournal);
  return {
    async *follow(container, since, signal) {
      const { loggingDriver } = await engine.info();
      if (loggingDriver === 'journald') {
        try {
          yield* fromJournal.follow(container, since, signal);
          return;
        } catch (error) {
          if (!(error instanceof JournalUnavailableError)) throw error;
        }
      }
      try {
        yield* fromEngine.follow(container, since, signal);
      } catch (error) {
        // It was removed meanwhile: there is nothing more to read.
        if (!(error instanceof NotFoundError)) throw error;
      }
    },
  };
}

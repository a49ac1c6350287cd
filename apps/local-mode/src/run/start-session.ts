import { chooseEngine } from '../engine/choose-engine.ts';
import { openSession, type Session } from '../session/session.ts';
import type { Run } from './run.ts';

/**
 * Finds an engine and a supervisor. When that fails, nothing is left of them, but for what an earlier process had left
 * running.
 */
export async function startSession({ options, place, state, file, interruption, say }: Run): Promise<Session> {
  const before = await file.read();
  const isThere = before?.supervisor != null;
  const { signal } = interruption;
  const engine = await chooseEngine(isThere ? before.engine : null, {
    environment: place.environment,
    stateDirectory: state.directory,
    installEngine: options.install,
    onProgress: say,
    signal,
    stopCommand: place.installation.command('down'),
  });
  try {
    say(`Using ${engine.description}`);
    return await openSession({
      state,
      file,
      engine,
      signal,
      program: place.installation.supervisorProgram,
      stopCommand: place.installation.command('down'),
      environment: place.environment,
      listenAll: options.listenAll,
      port: options.port,
      onProgress: say,
    });
  } catch (error) {
    if (!isThere) await engine[Symbol.asyncDispose]();
    if (before === null) await file.remove();
    else await file.write(before);
    throw error;
  }
}

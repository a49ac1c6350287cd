import { setImmediate } from 'node:timers/promises';
import { openBuildSession } from '../../build/buildkit/session.ts';
import { connectEngine } from '../../engine/connect-engine.ts';
import { NO_LOGINS } from '../../registry-logins/registry-logins.ts';
import { fails, passed, warns, type Check } from './check.ts';

/** The builder that an engine offers; `silent`: it does not answer. */
export type Builder = 'buildkit' | 'classic' | 'silent';

/** Asks an engine for its builder, as a build does. @param endpoint `unix:///path` or `tcp://host:port` */
export async function askBuilder(endpoint: string): Promise<Builder> {
  try {
    const nothing = {
      folders: new Map(),
      secrets: new Map(),
      login: NO_LOGINS.find,
      contextKey: '',
      onSent: () => undefined,
    };
    using session = await openBuildSession(connectEngine(endpoint), nothing);
    // A session that has read what came with its opening can be closed; Node.js fails on one that has not.
    await setImmediate();
    return session === null ? 'classic' : 'buildkit';
  } catch {
    return 'silent';
  }
}

/** The check of the builder of an engine. */
export function checkBuilder(builder: Builder, endpoint: string): Check {
  switch (builder) {
    case 'buildkit':
      return passed('BuildKit', `the engine at ${endpoint} builds with BuildKit`);
    case 'classic':
      return warns(
        'BuildKit',
        `the engine at ${endpoint} has the classic builder only, which knows no RUN --mount and no here-documents`,
        'Use Docker 18.09 or newer for Dockerfiles that need BuildKit',
      );
    case 'silent':
      return fails(
        'BuildKit',
        `the engine at ${endpoint} does not answer`,
        'Start the engine; that of a device answers on a development variant of its OS',
      );
  }
}

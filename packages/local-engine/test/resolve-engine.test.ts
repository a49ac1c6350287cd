import { describe, expect, inject, it } from 'vitest';
import { resolveEngine } from '../src/index.ts';
import { runScenario, type Failure } from './run-scenario.ts';

interface NotInstalled {
  readonly notAllowed: Failure;
  readonly cannotBeFound: Failure;
  readonly noNetwork: Failure;
  readonly noApt: Failure;
  readonly messages: readonly string[];
}

describe('resolveEngine', () => {
  it('takes the engine that the environment names', async () => {
    const endpoint = inject('engineEndpoint');
    await using engine = await resolveEngine({
      environment: { DOCKER_HOST: endpoint },
      stateDirectory: '/nonexistent',
      onProgress: () => undefined,
    });
    expect(engine).toMatchObject({ kind: 'configured', endpoint });
  });

  it("takes the machine's engine, and leaves it running", async () => {
    const endpoint = inject('engineEndpoint');
    const request = {
      environment: {},
      stateDirectory: '/nonexistent',
      onProgress: () => undefined,
      systemSockets: ['/nonexistent/docker.sock', endpoint.slice('unix://'.length)],
    };
    for (const _ of ['first', 'second']) {
      await using engine = await resolveEngine(request);
      expect(engine).toMatchObject({ kind: 'system', endpoint });
    }
  });

  it('says why no engine runs and none can be installed', async () => {
    const { notAllowed, cannotBeFound, noNetwork, noApt, messages } = await runScenario<NotInstalled>('not-installed');
    expect(notAllowed).toMatchObject({ code: 'ENGINE_UNAVAILABLE', details: { reason: 'install-not-allowed' } });
    expect(notAllowed.hint).toContain('apt-get install --no-install-recommends docker.io');
    expect(cannotBeFound.details.reason).toBe('install-failed');
    expect(noNetwork.details.reason).toBe('no-network');
    expect(noNetwork.message).toMatch(/Unable to locate package docker\.io|Temporary failure resolving/);
    expect(noNetwork.hint).toContain('Connect this machine');
    expect(noApt.details.reason).toBe('no-apt');
    expect(messages).toContain('Installing docker.io, iptables, iproute2');
  });

  it('says that root is needed', async () => {
    const failure = await runScenario<Failure>('not-root');
    expect(failure).toMatchObject({ code: 'ENGINE_UNAVAILABLE', details: { reason: 'not-root' } });
  });
});

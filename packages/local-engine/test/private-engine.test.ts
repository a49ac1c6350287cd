import { describe, expect, it } from 'vitest';
import { runScenario } from './run-scenario.ts';

describe('a private engine that is stopped', () => {
  it('has run containers, and leaves nothing behind', async () => {
    const { before, during, page, states, after } = await runScenario('stop');
    expect(page).toBe('served');
    expect(states).toEqual({
      '/published': 'running',
      '/volume': 'running',
      '/paused': 'paused',
      '/privileged': 'running',
    });
    // Without these the comparison would prove nothing.
    expect(during.links.length).toBeGreaterThan(before.links.length);
    expect(during.firewall.length).toBeGreaterThan(before.firewall.length);
    expect(during.mounts.length).toBeGreaterThan(before.mounts.length);
    expect(during.processes.length).toBeGreaterThan(before.processes.length);
    expect(during.cgroups).toHaveLength(1);
    expect([before.forwarding, during.forwarding]).toEqual(['0', '1']);
    expect(during.shimSockets.length).toBeGreaterThan(0);
    expect(after).toEqual(before);
  });

  it.each(['stop-after-crash', 'stop-when-hung', 'deep-directory'])('leaves nothing behind: %s', async (scenario) => {
    const { before, after } = await runScenario(scenario);
    expect(after).toEqual(before);
  });

  it('leaves the firewall rules of others alone, old and new', async () => {
    const { before, after } = await runScenario('rules-of-others');
    const added = 'iptables *filter -A INPUT -s 192.0.2.8/32 -j DROP';
    expect(before.firewall).toContain('iptables *filter -A DOCKER-USER -s 192.0.2.7/32 -j DROP');
    expect(before.firewall).toContain('iptables *filter -A INPUT -s 172.17.0.9/32 -j DROP');
    expect(after).toEqual({ ...before, firewall: [...before.firewall, added].toSorted() });
  });

  it('leaves the chains to another engine, which takes them along when it stops', async () => {
    const { before, between, after } = await runScenario('two-engines');
    expect(between.firewall).toContain('iptables *filter :DOCKER-USER -');
    expect(between.links).toHaveLength(before.links.length + 1);
    expect(between.forwarding).toBe('1');
    expect(after).toEqual(before);
  });
});

describe('starting a private engine', () => {
  it('keeps the containers of one that crashed, and removes the rest of it', async () => {
    const { before, reused, states, after } = await runScenario('start-after-crash');
    expect(reused).toBe(false);
    expect(Object.keys(states).toSorted()).toEqual(['/paused', '/privileged', '/published', '/volume']);
    expect(after).toEqual(before);
  });

  it('takes over the one that a killed process left running', async () => {
    const { before, endpoint, engine, states, statesThen, after } = await runScenario('take-over');
    expect(engine).toMatchObject({ kind: 'private', endpoint });
    expect(engine.description).toContain('left running by an earlier process');
    expect(states).toMatchObject({ '/published': 'running', '/paused': 'paused' });
    expect(statesThen).toEqual(states);
    expect(after).toEqual(before);
  });

  it('fails with the end of the log, and leaves nothing behind', async () => {
    const { before, error, after } = await runScenario('failed-start');
    expect(error.code).toBe('ENGINE_START_FAILED');
    expect(error.message).toContain('canonical path points to a file');
    expect(after).toEqual(before);
  });

  it('can be given up, and leaves nothing behind', async () => {
    const { before, error, after } = await runScenario('aborted-start');
    expect(error.message).toBe('changed my mind');
    expect(after).toEqual(before);
  });

  it('puts sockets into a short directory when theirs is too deep, and says so', async () => {
    const { endpoint, messages } = await runScenario('deep-directory');
    expect(endpoint).toMatch(/^unix:\/\/\/run\/device-supervisor-[0-9a-f]{8}\/docker\.sock$/);
    expect(messages.join('\n')).toContain('would be too long');
  });

  it('avoids the addresses and routes of the machine', async () => {
    const { before, during, after } = await runScenario('occupied-addresses');
    const added = during.addresses.filter((address) => !before.addresses.includes(address));
    expect(added.map((address) => address.replace(/^\S+/, 'bridge')).toSorted()).toEqual([
      'bridge inet 172.21.0.1/24',
      'bridge inet 172.21.1.1/24',
      'bridge inet 172.21.2.1/24',
    ]);
    expect(after).toEqual(before);
  });

  it('runs privileged containers with the capabilities that this machine can give', async () => {
    const { own, container } = await runScenario('privileged');
    const administrator = 1n << 21n;
    expect(BigInt(`0x${container}`) & administrator).toBe(administrator);
    expect(BigInt(`0x${container}`) & ~BigInt(`0x${own}`)).toBe(0n);
  });
});

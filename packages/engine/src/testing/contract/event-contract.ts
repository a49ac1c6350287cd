import { describe, expect, it } from 'vitest';
import type { EngineEvent } from '@device-supervisor/device';
import { networkConfig, volumeConfig, LEASE, type ContractSubject } from './contract-subject.ts';

/** The contract of engines for events. */
export function describeEvents(subject: ContractSubject): void {
  const { observe, run, listen } = subject;
  describe('events', () => {
    it('tells what happens, from the first item on', async () => {
      await using events = listen();
      expect(await events.next()).toEqual({ kind: 'connected' });
      const { id } = await run('contract-web');
      await subject.engine.createVolume('contract-data', volumeConfig());
      await subject.engine.removeContainer(id, LEASE);
      const seen: string[] = [];
      for (;;) {
        const event = await events.next();
        if (event?.kind === 'container' && event.id === id) seen.push(event.action);
        if (event?.kind === 'volume' && event.id === 'contract-data') seen.push(`volume ${event.action}`);
        if (seen.at(-1) === 'destroy') break;
      }
      expect(seen.filter((action) => action !== 'kill')).toEqual([
        'create',
        'start',
        'volume create',
        'die',
        'destroy',
      ]);
    });

    it('reaches every subscriber', async () => {
      await using first = listen();
      await using second = listen();
      expect([await first.next(), await second.next()]).toEqual([{ kind: 'connected' }, { kind: 'connected' }]);
      await subject.engine.createNetwork('contract-net', networkConfig());
      const id = (await observe()).networks.find((one) => one.name === 'contract-net')?.id;
      const created = (event: EngineEvent | undefined): boolean =>
        event?.kind === 'network' && event.action === 'create' && event.id === id;
      expect(await first.until(created)).toEqual(await second.until(created));
    });

    it('ends when it is aborted, whatever is left to tell', async () => {
      const controller = new AbortController();
      const kinds: string[] = [];
      for await (const event of subject.engine.events(controller.signal)) {
        kinds.push(event.kind);
        await subject.engine.createVolume('contract-data', volumeConfig());
        controller.abort();
      }
      expect(kinds).toEqual(['connected']);
    });
  });
}

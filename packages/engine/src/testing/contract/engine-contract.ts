import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { describeContainers } from './container-contract.ts';
import { createContractSubject } from './contract-subject.ts';
import type { EngineHarness } from './engine-harness.ts';
import { describeEvents } from './event-contract.ts';
import { describeNetworks } from './network-contract.ts';
import { describeStorage } from './storage-contract.ts';

/** The contract of engine adapters and of the engine in memory; `setup` is called once. */
export function describeEngineContract(name: string, setup: () => Promise<EngineHarness>): void {
  describe(`${name}: engine contract`, () => {
    let harness: EngineHarness;
    beforeAll(async () => {
      harness = await setup();
    });
    const subject = createContractSubject(() => harness);
    afterEach(() => subject.removeEverything());
    afterAll(() => harness[Symbol.asyncDispose]());

    describeContainers(subject);
    describeNetworks(subject);
    describeStorage(subject);
    describeEvents(subject);
  });
}

import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { describeContainers } from './contract/container-contract.ts';
import { createContractSubject } from './contract/contract-subject.ts';
import type { EngineHarness } from './contract/engine-harness.ts';
import { describeEvents } from './contract/event-contract.ts';
import { describeNetworks } from './contract/network-contract.ts';
import { describeStorage } from './contract/storage-contract.ts';

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

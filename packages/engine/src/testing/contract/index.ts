export { describeEngineContract } from './engine-contract.ts';
export { CONTRACT_IMAGE, HEALTHCHECK, type EngineHarness, type HeldImage } from './engine-harness.ts';

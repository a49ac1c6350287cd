import { describeEngineContract } from '../src/testing/engine-contract.ts';
import { setUpDockerHarness } from './docker-harness.ts';

describeEngineContract('Docker', setUpDockerHarness);

export { describeUpdateLocksContract, type UpdateLocksHarness } from './update-locks-contract.ts';

export {
  createInMemorySystemd,
  type InMemorySystemd,
  type InMemorySystemdOptions,
  type InMemoryUnit,
} from './in-memory-systemd.ts';
export { describeSystemdContract, type SystemdHarness } from './systemd-contract.ts';

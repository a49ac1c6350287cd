export { describeSystemdContract, type SystemdHarness } from './systemd-contract.ts';

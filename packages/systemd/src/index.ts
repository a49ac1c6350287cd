export { describeSystemd } from './describe-systemd.ts';

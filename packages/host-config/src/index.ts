export { describeHostConfig } from './describe-host-config.ts';

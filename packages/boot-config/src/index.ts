export { describeBootConfig } from './describe-boot-config.ts';

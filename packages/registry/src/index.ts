export { describeRegistry } from './describe-registry.ts';

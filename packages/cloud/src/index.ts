export { describeCloud } from './describe-cloud.ts';

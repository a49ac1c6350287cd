export { describeHostFacts } from './describe-host-facts.ts';

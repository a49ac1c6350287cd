export { describeFirewall } from './describe-firewall.ts';

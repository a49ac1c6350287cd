export { createFirewall, type Firewall, type FirewallEvent, type FirewallOptions } from './firewall.ts';
export { API_INTERFACES, CHAIN, firewallRules, type IpFamily, type RuleSettings } from './firewall-rules.ts';
export type { FilterVariant } from './packet-filter.ts';
export { FirewallFailedError, FirewallSettingError, FirewallToolMissingError, type FirewallProblem } from './errors.ts';

export { createFirewall, type Firewall, type FirewallEvent, type FirewallOptions } from './firewall.ts';
export { API_INTERFACES, CHAIN, firewallRules, type RuleSettings } from './firewall-rules.ts';

export { FirewallFailedError, FirewallSettingError, FirewallToolMissingError } from './errors.ts';

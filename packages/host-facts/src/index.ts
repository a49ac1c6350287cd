export { readAddresses, type HostAddresses } from './addresses.ts';
export { readHostDescription, type HostDescription, type OperatingSystem } from './host-description.ts';
export { createLed, type Led } from './led.ts';
export { createMetrics, type Metrics } from './metrics/metrics.ts';
export { readVpnState, type VpnState } from './vpn-state.ts';
export { DeviceTypeError } from './errors.ts';

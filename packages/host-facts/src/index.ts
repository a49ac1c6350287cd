export { readAddresses, type AddressSources, type HostAddresses, type InterfaceAddress } from './addresses.ts';
export {
  readHostDescription,
  type HostDescription,
  type HostDescriptionSources,
  type OperatingSystem,
} from './host-description.ts';
export { createLed, type Led, type LedOptions } from './led.ts';
export { createMetrics, type HostMetrics, type Metrics, type MetricSources } from './metrics/metrics.ts';
export { readVpnState, type VpnSources, type VpnState } from './vpn-state.ts';
export { DeviceTypeError } from './errors.ts';

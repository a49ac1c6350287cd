import type { ConfigJson } from '@device-supervisor/config-json';
import type { HostDescription } from '@device-supervisor/host-facts';

/** `VARIANT_ID` of os-release; an OS that has none is a development one when config.json says so. */
export function osVariant({ os }: Pick<HostDescription, 'os'>, { developmentMode }: ConfigJson): string {
  return os.variant ?? (developmentMode === true ? 'dev' : 'prod');
}

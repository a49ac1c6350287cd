import { DEFAULT_CONTAINER_CONFIG, ownEntry, type ContainerConfig } from '@device-supervisor/compose';
import type { ContainerInspection } from '../wire/container-wire.ts';
import type { FieldMapping, FieldMappings, InspectedContainer } from './field-mapping.ts';
import { HOST_ACCESS_FIELDS } from './host-access-fields.ts';
import { LIMIT_FIELDS } from './limit-fields.ts';
import { NETWORK_FIELDS, writeEndpoint } from './network-fields.ts';
import { PROCESS_FIELDS } from './process-fields.ts';
import { RequestedContainer, requestedOf } from './requested-container.ts';
import { readRequested, REQUESTED_LABEL } from './requested-label.ts';
import { STORAGE_FIELDS } from './storage-fields.ts';

const FIELDS: FieldMappings<keyof ContainerConfig> = {
  ...PROCESS_FIELDS,
  ...NETWORK_FIELDS,
  ...STORAGE_FIELDS,
  ...HOST_ACCESS_FIELDS,
  ...LIMIT_FIELDS,
};
const FIELD_NAMES = Object.keys(FIELDS).filter((name): name is keyof ContainerConfig => name in FIELDS);

/** The body of `POST /containers/create`. It holds the endpoint in the network of `networkMode` alone. */
export function writeContainer(image: string, config: ContainerConfig): object {
  const body: Record<string, unknown> = { Image: image };
  const host: Record<string, unknown> = {};
  for (const field of FIELD_NAMES) {
    const part = mappingOf(field).write(config[field]);
    Object.assign(body, part.settings);
    Object.assign(host, part.host);
  }
  const endpoint = ownEntry(config.networks, config.networkMode);
  return {
    ...body,
    Labels: { ...config.labels, [REQUESTED_LABEL]: JSON.stringify(requestedOf(config)) },
    HostConfig: host,
    ...(endpoint === undefined
      ? {}
      : { NetworkingConfig: { EndpointsConfig: { [config.networkMode]: writeEndpoint(endpoint) } } }),
  };
}

/** The canonical configuration of a container; what its image says is part of it, as the engine has merged it. */
export function readContainer(inspection: ContainerInspection): ContainerConfig {
  const source: InspectedContainer = {
    id: inspection.Id,
    settings: inspection.Config,
    host: inspection.HostConfig,
    endpoints: inspection.NetworkSettings.Networks,
    requested: readRequested(inspection.Config.Labels, RequestedContainer),
  };
  const config = { ...DEFAULT_CONTAINER_CONFIG };
  for (const field of FIELD_NAMES) Object.assign(config, { [field]: mappingOf(field).read(source) });
  return config;
}

function mappingOf<Field extends keyof ContainerConfig>(field: Field): FieldMapping<ContainerConfig[Field]> {
  return FIELDS[field];
}

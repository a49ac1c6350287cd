import type { ContainerConfig } from '@device-supervisor/compose';
import type { ContainerInspection } from '../wire/container-wire.ts';
import type { RequestedContainer } from './requested-container.ts';

/** One field of a container's configuration and the fields of the Engine API that stand for it; exact inverses. */
export interface FieldMapping<Value> {
  write(value: Value): CreateRequestPart;
  read(source: InspectedContainer): Value;
}

export type FieldMappings<Field extends keyof ContainerConfig> = {
  readonly [Key in Field]: FieldMapping<ContainerConfig[Key]>;
};

/** Part of the body of `POST /containers/create`. */
export interface CreateRequestPart {
  /** At the top level of the body. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** In `HostConfig`. */
  readonly host?: Readonly<Record<string, unknown>>;
}

/** The fields that are read from a container. */
export interface InspectedContainer {
  readonly id: string;
  readonly settings: ContainerInspection['Config'];
  readonly host: ContainerInspection['HostConfig'];
  readonly endpoints: ContainerInspection['NetworkSettings']['Networks'];
  /** The configuration that we requested when we created it; `undefined`: another client created it. */
  readonly requested: RequestedContainer | undefined;
}

/** A field that stands at the top level of the create request. */
export function inSettings<Value>(name: string, read: FieldMapping<Value>['read']): FieldMapping<Value> {
  return { write: (value) => ({ settings: { [name]: value } }), read };
}

/** A field that stands in the create request's `HostConfig`. */
export function inHost<Value>(name: string, read: FieldMapping<Value>['read']): FieldMapping<Value> {
  return { write: (value) => ({ host: { [name]: value } }), read };
}

import { isObject } from '../is-object.ts';
import type { ServiceInput } from './compose-input.ts';
import { didYouMean } from './did-you-mean.ts';
import type { ServiceContext } from './service-context.ts';

type Services = Readonly<Record<string, ServiceInput>>;
type Context = Pick<ServiceContext, 'fault' | 'remark'>;

/**
 * Services by the other names that a compose file gives them. Containers are named after service and release on a device, so
 * `container_name` and `links` become aliases on the networks of the service, and `container:NAME` becomes `service:NAME`.
 */
export function withNameAliases(services: Services, context: Context): Record<string, ServiceInput> {
  const owners = new Map<string, string>();
  for (const [service, { container_name: name }] of Object.entries(services)) {
    if (typeof name === 'string' && name !== '') owners.set(name, service);
  }
  const aliases = new Map<string, Set<string>>();
  const addAlias = (service: string, alias: string): void => {
    if (alias !== service) aliases.set(service, (aliases.get(service) ?? new Set()).add(alias));
  };
  for (const [name, service] of owners) addAlias(service, name);
  const linked = Object.entries(services).map(([name, input]): [string, ServiceInput] => [
    name,
    withoutContainers(name, withoutLinks(name, input, { services, addAlias, context }), { owners, context }),
  ]);
  return Object.fromEntries(
    linked.map(([name, { container_name: _name, ...input }]) => [
      name,
      withAliases(name, input, { aliases: [...(aliases.get(name) ?? [])], context }),
    ]),
  );
}

interface Linking {
  readonly services: Services;
  readonly context: Context;
  addAlias(service: string, alias: string): void;
}

/** A link is a dependency, and a name for the linked service. */
function withoutLinks(name: string, input: ServiceInput, { services, context, addAlias }: Linking): ServiceInput {
  const { links, ...rest } = input;
  if (!Array.isArray(links)) return input;
  const needed: string[] = [];
  for (const [index, link] of links.map(String).entries()) {
    const [service = '', alias = service] = link.split(':');
    if (Object.hasOwn(services, service)) {
      needed.push(service);
      addAlias(service, alias);
      continue;
    }
    const meant = didYouMean(service, Object.keys(services));
    context.fault(['services', name, 'links', index], `there is no service ${service}${meant}`);
  }
  return { ...rest, depends_on: withDependencies(rest.depends_on, needed) };
}

function withDependencies(declared: ServiceInput['depends_on'], needed: readonly string[]): ServiceInput['depends_on'] {
  if (declared == null || Array.isArray(declared)) return [...new Set([...(declared ?? []), ...needed])];
  return { ...Object.fromEntries(needed.map((name) => [name, { condition: 'service_started' }])), ...declared };
}

interface Sharing {
  /** Services by the name of their container. */
  readonly owners: ReadonlyMap<string, string>;
  readonly context: Context;
}

/** The namespaces and volumes of a container are those of its service. */
function withoutContainers(name: string, input: ServiceInput, { owners, context }: Sharing): ServiceInput {
  const serviceOf = (container: string, field: readonly PropertyKey[]): string | undefined => {
    const service = owners.get(container);
    if (service === undefined) {
      context.fault(
        ['services', name, ...field],
        `no service of the project has container_name: ${container}, and other containers are out of reach; ` +
          'name a service, as service:<name>',
      );
    }
    return service;
  };
  const changed: Record<string, unknown> = {};
  for (const field of ['network_mode', 'pid', 'ipc']) {
    const container = containerIn(input[field]);
    if (container === null) continue;
    const service = serviceOf(container, [field]);
    changed[field] = service === undefined ? undefined : `service:${service}`;
  }
  const { volumes_from: mounted } = input;
  if (Array.isArray(mounted)) {
    changed['volumes_from'] = mounted.map(String).flatMap((entry, index) => {
      const [container = '', ...mode] = containerIn(entry)?.split(':') ?? [];
      if (container === '') return [entry];
      const service = serviceOf(container, ['volumes_from', index]);
      return service === undefined ? [] : [[service, ...mode].join(':')];
    });
  }
  return { ...input, ...changed };
}

function containerIn(value: unknown): string | null {
  return typeof value === 'string' && value.startsWith('container:') ? value.slice('container:'.length) : null;
}

function withAliases(
  name: string,
  input: ServiceInput,
  { aliases, context }: { readonly aliases: readonly string[]; readonly context: Context },
): ServiceInput {
  if (aliases.length === 0) return input;
  const mode = input['network_mode'];
  if (typeof mode === 'string' && mode !== '') {
    context.remark(
      'these names of containers and links have no effect, because the service has no network of its own',
      `${name} ${aliases.join(' ')}`,
    );
    return input;
  }
  context.remark('these names of containers and links become aliases of their service', `${name} ${aliases.join(' ')}`);
  const { networks } = input;
  const endpoints = Array.isArray(networks)
    ? Object.fromEntries(networks.map((network) => [String(network), null]))
    : isObject(networks)
      ? networks
      : { default: null };
  return {
    ...input,
    networks: Object.fromEntries(
      Object.entries(endpoints).map(([network, endpoint]) => [network, withAlias(endpoint, aliases)]),
    ),
  };
}

function withAlias(endpoint: unknown, aliases: readonly string[]): object {
  const options = isObject(endpoint) ? endpoint : {};
  const own = Array.isArray(options['aliases']) ? options['aliases'] : [];
  return { ...options, aliases: [...new Set([...own.map(String), ...aliases])] };
}

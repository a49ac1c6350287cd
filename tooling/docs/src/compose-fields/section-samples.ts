import { inSection, top, type FieldSample } from './field-sample.ts';

const network = inSection('networks');
const volume = inSection('volumes');
const secret = inSection('secrets');

/** A sample for each field beside those of services, in the order of the page. */
export const SECTION_SAMPLES: readonly FieldSample[] = [
  ...network('name', 'name: a'),
  ...network('driver', 'driver: macvlan'),
  ...network('driver_opts', 'driver_opts: {a: b}'),
  ...network('ipam.driver', 'ipam: {driver: a}'),
  ...network('ipam.config.subnet', 'ipam: {config: [{subnet: 10.0.0.0/24}]}'),
  ...network('ipam.config.ip_range', 'ipam: {config: [{ip_range: 10.0.0.0/24}]}'),
  ...network('ipam.config.gateway', 'ipam: {config: [{gateway: 10.0.0.1}]}'),
  ...network('ipam.config.aux_addresses', 'ipam: {config: [{aux_addresses: {a: 10.0.0.1}}]}'),
  ...network('ipam.options', 'ipam: {options: {a: b}}'),
  ...network('external', 'external: true'),
  ...network('external.name', 'external: {name: a}', 'external: true'),
  ...network('internal', 'internal: true'),
  ...network('enable_ipv4', 'enable_ipv4: false'),
  ...network('enable_ipv6', 'enable_ipv6: true'),
  ...network('attachable', 'attachable: true'),
  ...network('labels', 'labels: {a: b}'),
  ...network('config_only', 'config_only: true'),

  ...volume('name', 'name: a'),
  ...volume('driver', 'driver: a'),
  ...volume('driver_opts', 'driver_opts: {a: b}'),
  ...volume('external', 'external: true'),
  ...volume('external.name', 'external: {name: a}', 'external: true'),
  ...volume('labels', 'labels: {a: b}'),

  ...(['configs', 'secrets'] as const).flatMap((section) => [
    ...inSection(section)('content', 'content: b', 'content: a'),
    ...inSection(section)('environment', 'environment: SOME', 'content: a'),
    ...inSection(section)('file', 'file: some.env', 'content: a'),
    ...inSection(section)('external', 'external: true', 'content: a'),
    ...inSection(section)('external.name', 'external: {name: a}', 'content: a'),
    ...inSection(section)('name', 'name: a, content: a', 'content: a'),
    ...inSection(section)('labels', 'labels: {a: b}, content: a', 'content: a'),
    ...inSection(section)('template_driver', 'template_driver: a, content: a', 'content: a'),
  ]),
  ...secret('driver', 'driver: a, content: a', 'content: a'),
  ...secret('driver_opts', 'driver_opts: {a: b}, content: a', 'content: a'),

  ...top('include.path', 'include: [{path: included.yaml}]'),
  ...top(
    'include.env_file',
    'include: [{path: included.yaml, env_file: include.env}]',
    'include: [{path: included.yaml}]',
  ),
  ...top(
    'include.project_directory',
    'include: [{path: included.yaml, project_directory: sub}]',
    'include: [{path: included.yaml}]',
  ),
  ...['name: m', 'model: a', 'context_size: 5', 'runtime_flags: [a]'].flatMap((field) =>
    top(`models.${field.split(':')[0]}`, `models: {m: {${field}}}`),
  ),
  ...top('name', 'name: other'),
  ...top('version', 'version: "3.8"'),
];

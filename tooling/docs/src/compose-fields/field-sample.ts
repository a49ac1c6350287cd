/** A project that uses a field, beside one that differs in nothing else. */
export interface FieldSample {
  /** Path in a compose file, e.g. `services.healthcheck.interval`; names that the user chooses are left out. */
  readonly path: string;
  /** Where the fields are written: in the service `web`, in an object of a section, or at the top. */
  readonly section: 'service' | 'networks' | 'volumes' | 'configs' | 'secrets' | 'top';
  /** YAML, as inside of a map in braces. */
  readonly fields: string;
  /** The same without the field; `''`: nothing. */
  readonly without: string;
}

export function service(path: string, fields: string, without = ''): FieldSample[] {
  return [{ path: `services.${path}`, section: 'service', fields, without }];
}

export function build(path: string, fields: string, without = ''): FieldSample[] {
  const map = (inside: string): string => `build: {${inside}}`;
  return service(`build.${path}`, map(fields), map(without));
}

export function files(field: 'configs' | 'secrets', name: string): FieldSample[] {
  return ['source', 'target', 'uid', 'gid', 'mode'].flatMap((part) =>
    service(`${field}.${part}`, `${field}: [{source: ${name}, target: /a/b, uid: "5", gid: "5", mode: 0400}]`),
  );
}

export function deviceRequest(path: string, wrap: (request: string) => string): FieldSample[] {
  return [
    ...service(`${path}.capabilities`, wrap('capabilities: [gpu]')),
    ...['count: 2', 'device_ids: ["0"]', 'driver: nvidia', 'options: {a: b}'].flatMap((field) =>
      service(`${path}.${field.split(':')[0]}`, wrap(`capabilities: [gpu], ${field}`), wrap('capabilities: [gpu]')),
    ),
  ];
}

export function watch(path: string, field: string): FieldSample[] {
  const base: Readonly<Record<string, string>> = { action: 'sync', path: '.', target: '/d' };
  const others = Object.entries(base).filter(([name]) => !field.startsWith(`${name}:`));
  const rule = [...others.map(([name, value]) => `${name}: ${value}`), field].join(', ');
  const plain = Object.entries(base).map(([name, value]) => `${name}: ${value}`);
  return service(`develop.watch.${path}`, `develop: {watch: [{${rule}}]}`, `develop: {watch: [{${plain.join(', ')}}]}`);
}

export function volume(path: string, mount: string, without = 'type: volume, source: data, target: /d'): FieldSample[] {
  return service(`volumes.${path}`, `volumes: [{${mount}}]`, `volumes: [{${without}}]`);
}

/** Samples of the objects of one section. */
export function inSection(section: 'networks' | 'volumes' | 'configs' | 'secrets') {
  return (path: string, fields: string, without = ''): FieldSample[] => [
    { path: `${section}.${path}`, section, fields, without },
  ];
}

export function top(path: string, fields: string, without = ''): FieldSample[] {
  return [{ path, section: 'top', fields, without }];
}

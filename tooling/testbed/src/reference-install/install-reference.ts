import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import { busyboxImage } from '../busybox-image.ts';
import { connectEngine } from '../connect-engine.ts';
import { pushImage, startRegistry } from '../start-registry.ts';
import { readReferenceInstall, type ReferenceContainer, type ReferenceInstall } from './reference-install.ts';

const DATABASES = resolve(import.meta.dirname, '../../../../packages/store/src/adopt/fixtures');
/** Set by users; the addresses of other networks were the engine's choice. */
const OWN_ADDRESSES = ['supervisor0', '1011_backend'];

/** A device that the reference supervisor ran until now: its containers run, its files are where it left them. */
export interface InstalledReference extends AsyncDisposable {
  readonly install: ReferenceInstall;
  readonly databasePath: string;
  readonly bootMount: string;
  readonly osReleasePath: string;
  /** Root of a host that has next to nothing. */
  readonly rootMount: string;
  /** The key that reaches everything. */
  readonly globalKey: string;
  /** Rows of its tables, as a reader sees them that knows nothing else. */
  rows(): Record<string, unknown[]>;
}

/** Recreates a captured installation in an engine that holds nothing else. */
export async function installReference(
  kind: 'managed' | 'local',
  { endpoint, directory }: { readonly endpoint: string; readonly directory: string },
): Promise<InstalledReference> {
  await using resources = new AsyncDisposableStack();
  const captured = await readReferenceInstall(kind);
  const registry = resources.use(await startRegistry());
  // Images are built here, so their ids and digests are others.
  const renamed = new Map([['/var/run/docker.sock', endpoint.slice('unix://'.length)]]);
  for (const { Id, RepoTags, RepoDigests, Config } of captured.images) {
    const reference = RepoTags.find((tag) => tag.endsWith(':v1')) ?? '';
    const [digestReference = ''] = RepoDigests;
    const command = z.object({ Cmd: z.array(z.string()) }).parse(Config).Cmd;
    const tag = reference.replace('127.0.0.1:5001', 'captured');
    const { id } = await busyboxImage(endpoint, { tag, cmd: command, labels: { captured: reference } });
    const pushed = await pushImage(endpoint, registry.host, tag);
    renamed.set(Id, id).set(digestReference, pushed.digestReference).set(reference, pushed.reference);
  }
  const rename = (text: string): string => [...renamed].reduce((all, [from, to]) => all.replaceAll(from, to), text);
  const install = await readReferenceInstall(kind, rename);

  const bootMount = join(directory, 'boot');
  const databasePath = join(directory, 'data/database.sqlite');
  const osReleasePath = join(directory, 'os-release');
  await mkdir(bootMount, { recursive: true });
  await mkdir(dirname(databasePath), { recursive: true });
  await writeFile(join(bootMount, 'config.json'), JSON.stringify(install.configJson));
  await writeFile(join(bootMount, 'device-type.json'), JSON.stringify({ slug: 'genericx86-64-ext', arch: 'amd64' }));
  await writeFile(osReleasePath, 'ID="balena-os"\nPRETTY_NAME="balenaOS 6.1.24"\nVERSION="6.1.24"\n');
  const sqlite = new DatabaseSync(databasePath);
  sqlite.exec(rename(await readFile(join(DATABASES, `${kind}.sql`), 'utf8')));
  const tables = sqlite.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all().map(nameOf).toSorted();
  const secret = sqlite.prepare('SELECT "key" FROM "apiSecret" WHERE "appId" = 0').get();
  const { key: globalKey } = z.object({ key: z.string() }).parse(secret);
  sqlite.close();
  await createObjects(endpoint, install);
  const lifetime = resources.move();
  return {
    install,
    databasePath,
    bootMount,
    osReleasePath,
    rootMount: directory,
    globalKey,
    rows() {
      const reader = new DatabaseSync(databasePath, { readOnly: true });
      const rows = tables.map((table) => [table, reader.prepare(`SELECT * FROM "${table}"`).all()] as const);
      reader.close();
      return Object.fromEntries(rows);
    },
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

function nameOf(row: unknown): string {
  return z.object({ name: z.string() }).parse(row).name;
}

const NetworkParts = z.looseObject({
  Driver: z.string(),
  Options: z.record(z.string(), z.string()).nullable(),
  Labels: z.record(z.string(), z.string()),
  IPAM: z.looseObject({ Config: z.array(z.record(z.string(), z.string())) }),
});
const VolumeParts = z.looseObject({
  Driver: z.string(),
  Labels: z.record(z.string(), z.string()).nullable(),
});

async function createObjects(endpoint: string, { containers, networks, volumes }: ReferenceInstall): Promise<void> {
  const engine = connectEngine(endpoint);
  for (const network of networks) {
    const { Driver, Options, Labels, IPAM } = NetworkParts.parse(network);
    await engine.createNetwork({
      Name: network.Name,
      Driver,
      Labels,
      Options: Options ?? {},
      ...(OWN_ADDRESSES.includes(network.Name) ? { IPAM: { Driver: 'default', Config: IPAM.Config } } : {}),
    });
  }
  for (const volume of volumes) {
    const { Driver, Labels } = VolumeParts.parse(volume);
    await engine.createVolume({ Name: volume.Name, Driver, ...(Labels === null ? {} : { Labels }) });
  }
  for (const container of containers) await createContainer(endpoint, container);
}

async function createContainer(
  endpoint: string,
  { Id, Name, Config, HostConfig, NetworkSettings }: ReferenceContainer,
): Promise<void> {
  const engine = connectEngine(endpoint);
  const mode = z.string().parse(HostConfig['NetworkMode']);
  const endpoints = Object.entries(NetworkSettings.Networks).map(([network, { Aliases, IPAMConfig }]) => ({
    network,
    settings: { Aliases: Aliases.filter((alias) => !Id.startsWith(alias)), IPAMConfig },
  }));
  const first = endpoints.filter(({ network }) => network === mode);
  const { Hostname: _, ...settings } = Config;
  const created = await engine.createContainer({
    ...settings,
    name: Name.slice(1),
    HostConfig,
    NetworkingConfig: { EndpointsConfig: Object.fromEntries(first.map((one) => [one.network, one.settings])) },
  });
  for (const { network, settings: EndpointConfig } of endpoints) {
    if (network !== mode) await engine.getNetwork(network).connect({ Container: created.id, EndpointConfig });
  }
  await created.start();
}

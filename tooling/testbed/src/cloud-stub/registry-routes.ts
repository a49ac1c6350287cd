import type { Context, Hono } from 'hono';
import type { RegistryAccess } from '../start-registry.ts';
import { createRegistryToken, createSelfSigned, type SelfSigned } from '../registry-tokens.ts';
import { sendJson, sendNothing } from './answers.ts';
import type { StubDevice, World } from './world.ts';

/** The cloud's registry, as far as it is not a registry. */
export interface RegistryDesk {
  /** For the registry that trusts this cloud. */
  access(endpoint: string): Promise<RegistryAccess>;
  /** The account that pushes images. */
  readonly builder: { readonly username: string; readonly password: string };
  /** The delta from an image to another is this image. */
  setDelta(source: string, destination: string, name: string): void;
}

const SERVICE = 'cloud registry';
const ISSUER = 'cloud stub';

/** Gives out tokens for the registry, and deltas that were made before. */
export function registryRoutes(app: Hono, world: World): RegistryDesk {
  const signer = new LateSigner();
  const builder = { username: 'builder', password: world.userKey };
  const deltas = new Map<string, string>();
  /** By token: the scopes that it opens. */
  const tokens = new Map<string, readonly string[]>();

  app.get('/auth/v1/token', async (c) => {
    const asked = c.req.queries('scope')?.flatMap((scope) => scope.split(' ')) ?? [];
    const login = basicLogin(c);
    if (login === 'refused') return sendNothing(401);
    const { key } = await signer.get();
    const scopes = asked.filter((scope) => mayUse(login, scope));
    const subject = login === null ? '' : login.username;
    const token = createRegistryToken(key, { issuer: ISSUER, subject, service: SERVICE, scopes });
    tokens.set(token, scopes);
    return await sendJson(c, { token });
  });

  app.get('/api/v3/delta', async (c) => {
    const token = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1] ?? '';
    const { src = '', dest = '' } = c.req.query();
    const scopes = tokens.get(token) ?? [];
    const isOpened = (image: string): boolean => scopes.includes(`repository:${repositoryOf(image)}:pull`);
    if (!isOpened(src) || !isOpened(dest)) return sendNothing(401);
    const name = deltas.get(`${src} ${dest}`);
    return name === undefined ? sendNothing(404) : await sendJson(c, { name });
  });

  function basicLogin(c: Context): Login | null | 'refused' {
    const header = c.req.header('authorization');
    if (header === undefined) return null;
    const [username = '', password = ''] = Buffer.from(header.replace(/^Basic /i, ''), 'base64')
      .toString()
      .split(':');
    if (username === builder.username && password === builder.password) return { username, device: null };
    const device = world.devices.get(/^d_(.+)$/.exec(username)?.[1] ?? '');
    return device !== undefined && device.key === password ? { username, device } : 'refused';
  }

  /** Devices pull what their fleet has released; the builder does everything; others nothing. */
  function mayUse(login: Login | null, scope: string): boolean {
    if (login === null) return false;
    if (login.device === null) return true;
    const [, repository = '', actions] = scope.split(':');
    const images = login.device.fleet.releases.flatMap(({ services }) => Object.values(services));
    const names = [...images.map(({ image }) => image), ...deltas.values()].map(repositoryOf);
    return actions === 'pull' && names.includes(repository);
  }

  return {
    builder,
    async access(endpoint) {
      const { certificate } = await signer.get();
      return { kind: 'token', realm: `${endpoint}/auth/v1/token`, service: SERVICE, issuer: ISSUER, certificate };
    },
    setDelta: (source, destination, name) => void deltas.set(`${source} ${destination}`, name),
  };
}

interface Login {
  readonly username: string;
  /** `null`: it is the builder. */
  readonly device: StubDevice | null;
}

/** A key is made when the first one needs it. */
class LateSigner {
  #signer: Promise<SelfSigned> | null = null;

  get(): Promise<SelfSigned> {
    return (this.#signer ??= createSelfSigned());
  }
}

/** `host:port/v2/web:1` → `v2/web`. */
function repositoryOf(image: string): string {
  return image.replace(/^[^/]*\//, '').replace(/[@:].*$/, '');
}

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { busyboxImage, connectEngine, pushImage, startRegistry } from '@device-supervisor/testbed';

export const USER = { username: 'd_1234', password: 'pass-word' };
/** The hash of that password, as `htpasswd -B` makes it. */
const USERS = 'd_1234:$2b$04$pFqgXo8FZcjUKvZpLjZS8.mrsmuf/LBRVdAfdexlAHosvyblpfJXi\n';

/** A registry that gives its images to one user alone. */
export interface PrivateRegistry extends AsyncDisposable {
  /** `127.0.0.1:port` */
  readonly host: string;
  /** Reference of an image that runs on, and is a base for others. */
  readonly image: string;
  /** Takes the image off the engine. */
  forget(): Promise<void>;
}

export async function startPrivateRegistry(endpoint: string): Promise<PrivateRegistry> {
  const registry = await startRegistry({ access: { kind: 'htpasswd', users: USERS } });
  const engine = connectEngine(endpoint);
  const tag = 'private:1';
  await busyboxImage(endpoint, { tag, cmd: ['sleep', '1000'], files: { '/private': 'yes' } });
  const { reference } = await pushImage(endpoint, { host: registry.host, ...USER }, tag);
  await engine.getImage(tag).remove();
  await engine.getImage(reference).remove();
  return {
    host: registry.host,
    image: reference,
    async forget() {
      const images = await engine.listImages({ filters: { reference: [reference] } });
      await Promise.all(images.map(({ Id }) => engine.getImage(Id).remove({ force: true })));
    },
    [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
  };
}

/** Places in docker's configuration where a login may be. */
export type LoginPlace = 'auths' | 'credHelpers' | 'credsStore';

/** Writes docker's configuration, and a credential helper, into a folder. @returns the environment that names both */
export async function writeLogin(
  folder: string,
  host: string,
  { place, password = USER.password }: { readonly place: LoginPlace; readonly password?: string },
): Promise<Readonly<Record<string, string>>> {
  const auth = Buffer.from(`${USER.username}:${password}`).toString('base64');
  const configs = {
    auths: { auths: { [host]: { auth } } },
    credHelpers: { credHelpers: { [host]: 'test' } },
    credsStore: { auths: { [host]: {} }, credsStore: 'test' },
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), JSON.stringify(configs[place]));
  const login = JSON.stringify({ ServerURL: host, Username: USER.username, Secret: password });
  await writeFile(
    join(folder, 'docker-credential-test'),
    `#!/bin/sh
read -r server
case "$1 $server" in
  "get ${host}") echo '${login}' ;;
  list*) echo '${JSON.stringify({ [host]: USER.username })}' ;;
  *) echo 'credentials not found in native keychain'; exit 1 ;;
esac
`,
    { mode: 0o755 },
  );
  return { DOCKER_CONFIG: folder, PATH: `${folder}:${process.env['PATH'] ?? ''}` };
}

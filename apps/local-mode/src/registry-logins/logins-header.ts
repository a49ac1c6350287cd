import type { RegistryAuth } from '@device-supervisor/device';
import { configKey } from './docker-config.ts';
import type { RegistryLogins } from './registry-logins.ts';

/**
 * The header with which the classic builder gets logins: those of registries that a build names, and that of Docker Hub,
 * which images without a registry come from.
 *
 * @param texts everything in which the build may name an image
 */
export async function loginsHeader(
  logins: RegistryLogins,
  texts: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  // A variable may hold the host without its port.
  const isNamed = (registry: string): boolean => texts.some((text) => text.includes(registry.replace(/:\d+$/, '')));
  const registries = (await logins.registries()).filter((registry) => registry === 'docker.io' || isNamed(registry));
  const entries: [string, object][] = [];
  for (const registry of registries) {
    const auth = await logins.find(registry);
    if (auth !== null) entries.push([configKey(registry), { ...fieldsOf(auth), serveraddress: configKey(registry) }]);
  }
  if (entries.length === 0) return {};
  const encoded = Buffer.from(JSON.stringify(Object.fromEntries(entries))).toString('base64');
  // The engine reads the URL alphabet, and only with its padding.
  return { 'X-Registry-Config': encoded.replaceAll('+', '-').replaceAll('/', '_') };
}

function fieldsOf(auth: RegistryAuth): object {
  if ('password' in auth) return auth;
  return 'identityToken' in auth ? { identitytoken: auth.identityToken } : { registrytoken: auth.registryToken };
}

import { createPrivateKey } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCommandRunner } from '@device-supervisor/local-engine';
import type { SelfSigned } from './registry-tokens.ts';

/** Issues certificates to servers. Disposing of it removes its key. */
export interface Authority extends AsyncDisposable {
  /** PEM; who trusts it trusts what it issues. */
  readonly certificate: string;
  /** @param options for `127.0.0.1` and `localhost` unless it names another host; for a day, or up to yesterday */
  issue(options?: { readonly host?: string; readonly hasExpired?: boolean }): Promise<SelfSigned>;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export async function createAuthority(): Promise<Authority> {
  const directory = await mkdtemp(join(tmpdir(), 'authority-'));
  const path = (name: string): string => join(directory, name);
  const openssl = async (...options: readonly string[]): Promise<void> => {
    await createCommandRunner(process.env).run('openssl', options);
  };
  const own = ['-days', '1', '-subj', '/CN=authority', '-keyout', path('ca.key'), '-out', path('ca.pem')];
  await openssl('req', '-x509', ...NEW_KEY, ...own);
  return {
    certificate: await readFile(path('ca.pem'), 'utf8'),
    async issue({ host, hasExpired = false } = {}) {
      const names = host === undefined ? 'DNS:localhost,IP:127.0.0.1' : `DNS:${host}`;
      const subject = ['-subj', '/CN=server', '-addext', `subjectAltName=${names}`];
      await openssl('req', ...NEW_KEY, ...subject, '-keyout', path('key.pem'), '-out', path('request.pem'));
      const signer = ['-CA', path('ca.pem'), '-CAkey', path('ca.key'), '-CAcreateserial'];
      const time = ['-days', hasExpired ? '-1' : '1', '-copy_extensions', 'copy'];
      await openssl('x509', '-req', '-in', path('request.pem'), ...signer, ...time, '-out', path('certificate.pem'));
      return {
        key: createPrivateKey(await readFile(path('key.pem'))),
        certificate: await readFile(path('certificate.pem'), 'utf8'),
      };
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

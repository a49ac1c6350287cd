import { describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '../testing/test-api.ts';
import type { PageFiles } from '../ports.ts';

const FILES: PageFiles = {
  async read(name, acceptsGzip) {
    if (name !== 'index.html' && name !== 'page-1a2b.js') return null;
    return {
      bytes: new TextEncoder().encode(acceptsGzip ? `packed ${name}` : name),
      contentType: 'text/plain',
      isGzip: acceptsGzip,
      isImmutable: name !== 'index.html',
    };
  },
};

function open(): TestApi {
  return createTestApi({ page: FILES });
}

describe('the page', () => {
  it('needs no key, and loads nothing from elsewhere', async () => {
    const { headers, status } = await open().request('/');
    expect(status).toBe(200);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('is packed for clients that can unpack it', async () => {
    const plain = await open().request('/page/page-1a2b.js', { headers: { 'accept-encoding': 'br' } });
    expect([plain.headers.get('content-encoding'), await plain.text()]).toEqual([null, 'page-1a2b.js']);
    const packed = await open().request('/page/page-1a2b.js', { headers: { 'accept-encoding': 'br, gzip' } });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(packed.headers.get('vary')).toBe('accept-encoding');
  });

  it('lets clients keep what never changes, and ask whether the rest did', async () => {
    const { request } = open();
    const script = await request('/page/page-1a2b.js');
    expect(script.headers.get('cache-control')).toContain('immutable');
    const first = await request('/');
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const etag = first.headers.get('etag') ?? '';
    expect((await request('/', { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  it.each(['/page/other.js', '/page/..%2Fsecret'])('%s is a 404', async (path) => {
    expect((await open().request(path)).status).toBe(404);
  });

  it.each([{ 'sec-fetch-site': 'cross-site' }, { origin: 'http://elsewhere.example' }, { host: 'elsewhere.example' }])(
    'is not for a page of another site: %j',
    async (headers) => {
      expect((await open().request('/', { headers })).status).toBe(403);
    },
  );

  it('is not there without files', async () => {
    const api = createTestApi({ page: { read: async () => null } });
    expect((await api.request('/')).status).toBe(404);
  });
});

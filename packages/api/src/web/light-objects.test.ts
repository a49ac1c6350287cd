import { describe, expect, it } from 'vitest';
import { LightHeaders } from './light-headers.ts';
import { LightRequest } from './light-request.ts';
import { LightResponse } from './light-response.ts';
import { useLightObjects } from './use-light-objects.ts';

/** The behaviour that both share. */
describe.each([
  ['the platform', { Headers, Request, Response }],
  ['ours', { Headers: LightHeaders, Request: LightRequest, Response: LightResponse }],
])('headers, requests and answers of %s', (_, objects) => {
  it('keep headers by name, whatever its case, and list them in order', () => {
    const headers = new objects.Headers({ 'X-Two': 'b', Accept: ' a ' });
    headers.append('x-two', 'c');
    headers.append('Set-Cookie', 'one');
    headers.append('set-cookie', 'two');
    headers.set('gone', 'soon');
    headers.delete('Gone');
    expect([...headers]).toEqual([
      ['accept', 'a'],
      ['set-cookie', 'one'],
      ['set-cookie', 'two'],
      ['x-two', 'b, c'],
    ]);
    expect([headers.get('X-TWO'), headers.get('gone'), headers.has('accept')]).toEqual(['b, c', null, true]);
    expect(headers.getSetCookie()).toEqual(['one', 'two']);
    expect([...new objects.Headers(headers).keys()]).toEqual(['accept', 'set-cookie', 'set-cookie', 'x-two']);
    expect([...new objects.Headers([['a', 'b']]).values()]).toEqual(['b']);
  });

  it.each([
    ['a name with a blank', 'a b', 'value'],
    ['a value with a line break', 'name', 'a\r\nb: c'],
  ])('refuse %s', (_case, name, value) => {
    expect(() => new objects.Headers({ [name]: value })).toThrow(TypeError);
    expect(() => new objects.Headers().set(name, value)).toThrow(TypeError);
  });

  it('name the type of a text and of JSON, and keep a given one', async () => {
    const type = (answer: Response): string | null => answer.headers.get('content-type');
    expect(type(new objects.Response('text'))).toBe('text/plain;charset=UTF-8');
    expect(type(objects.Response.json({}))).toBe('application/json');
    expect(type(new objects.Response('text', { headers: { 'Content-Type': 'text/html' } }))).toBe('text/html');
    expect(type(new objects.Response(new Uint8Array([1])))).toBeNull();
  });

  it('are read once, in any form', async () => {
    const answer = new objects.Response('{"ä":1}', { status: 201 });
    const copy = answer.clone();
    expect(await answer.json()).toEqual({ ä: 1 });
    expect([answer.bodyUsed, copy.bodyUsed, copy.status, copy.ok]).toEqual([true, false, 201, true]);
    await expect(answer.text()).rejects.toThrow(TypeError);
    expect(() => answer.clone()).toThrow(TypeError);
    expect([...(await copy.bytes())]).toEqual([...Buffer.from('{"ä":1}')]);
    expect((await new objects.Response(new Uint8Array([1, 2]).subarray(1)).arrayBuffer()).byteLength).toBe(1);
    expect(await (await new objects.Response('blob').blob()).text()).toBe('blob');
    expect(await new objects.Response(null).text()).toBe('');
  });

  it('are streams for those who ask for one', async () => {
    const first = new objects.Response('of a text');
    const second = new objects.Response(first.body, first);
    expect([await second.text(), second.headers.get('content-type')]).toEqual([
      'of a text',
      'text/plain;charset=UTF-8',
    ]);
    const stream = new objects.Response(ReadableStream.from([Buffer.from('a'), Buffer.from('b')]));
    expect(await Promise.all([stream.clone().text(), stream.text()])).toEqual(['ab', 'ab']);
    expect(new objects.Response(null).body).toBeNull();
  });

  it('carry method, address, headers, body and signal of a request', async () => {
    const { signal } = new AbortController();
    const request = new objects.Request(new URL('http://device/a/../b?c'), {
      method: 'post',
      headers: { a: 'b' },
      body: 'content',
      signal,
    });
    expect([request.method, request.url, request.headers.get('A')]).toEqual(['POST', 'http://device/b?c', 'b']);
    expect(await request.clone().text()).toBe('content');
    expect(await request.text()).toBe('content');
    expect(new objects.Request('http://device').body).toBeNull();
  });

  it.each([99, 600, 204])('refuse an answer of status %d with a body', (status) => {
    expect(() => new objects.Response('', { status })).toThrow(status === 204 ? TypeError : RangeError);
  });
});

it('takes the place of the objects of the platform, which a server has no use for', async () => {
  const platform = { Headers, Request, Response };
  useLightObjects();
  try {
    expect([new Headers(), new Request('http://device'), new Response()]).toEqual([
      expect.any(LightHeaders),
      expect.any(LightRequest),
      expect.any(LightResponse),
    ]);
  } finally {
    Object.assign(globalThis, platform);
  }
});

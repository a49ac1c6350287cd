import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AppUuid,
  Commit,
  formatContainerName,
  HostName,
  NetworkName,
  NumericId,
  parseContainerName,
  parseNumericId,
  ServiceName,
  VolumeName,
} from './identifiers.ts';
import { ImageReference } from './image-reference.ts';

const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown): boolean =>
  schema.safeParse(value).success;

describe('ids', () => {
  it.each([0, 1, 9007199254740991, '0', '1', '9007199254740991'])('include %j', (id) => {
    expect(NumericId.parse(id)).toBe(Number(id));
  });

  it.each([-1, 1.5, 2 ** 53, '9007199254740992', '99999999999999999999', '01', '00', '', ' 1', '1e3', '0x1', null])(
    'exclude %j, whose text does not name it alone',
    (id) => {
      expect(accepts(NumericId, id)).toBe(false);
    },
  );

  it('are read back from text by the same rule', () => {
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeNat().map(String), fc.stringMatching(/^[0-9]{0,18}$/)), (text) => {
        const id = parseNumericId(text);
        expect(id).toBe(accepts(NumericId, text) ? Number(text) : null);
        expect(id === null || String(id) === text).toBe(true);
      }),
    );
    expect(parseNumericId(undefined)).toBeNull();
  });
});

describe('names', () => {
  const longest = [
    [ServiceName, 255],
    [VolumeName, 238],
    [NetworkName, 128],
    [AppUuid, 126],
    [Commit, 128],
    [HostName, 64],
  ] as const;

  it('are as long as what they become parts of allows', () => {
    for (const [schema, length] of longest) {
      expect(accepts(schema, 'a'.repeat(length))).toBe(true);
      expect(accepts(schema, 'a'.repeat(length + 1))).toBe(false);
    }
  });

  it.each(['', '.', '..', '../../x', 'a/b', '-a', '_a', 'a b', 'ä', 'a\n', '__proto__', '--help'])(
    'are not %j',
    (name) => {
      for (const schema of [ServiceName, VolumeName, NetworkName, AppUuid, Commit]) {
        expect(accepts(schema, name)).toBe(false);
      }
    },
  );

  it('of containers are read back as they were written', () => {
    const name = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,20}$/);
    const parts = fc.record({ service: name, imageId: fc.maxSafeNat(), releaseId: fc.maxSafeNat(), commit: name });
    fc.assert(
      fc.property(parts, (one) => {
        expect(parseContainerName(formatContainerName(one), one.service)).toEqual(one);
      }),
    );
  });

  it.each(['web', 'web_1_2', 'web_1_2_', 'web_01_2_c', 'web_1_2_../x', 'web_x_2_c', 'other_1_2_c', 'old_web_1_2_c'])(
    'of other containers, such as %s, are not read',
    (name) => {
      expect(parseContainerName(name, 'web')).toBeNull();
    },
  );

  it.each(['web', 'my_host', 'a.b.c', '_x', '1', ''])('of hosts may be %j', (name) => {
    expect(accepts(HostName, name)).toBe(true);
  });

  it.each(['-a', '.a', 'a b', 'a/b', '--help'])('of hosts are not %j', (name) => {
    expect(accepts(HostName, name)).toBe(false);
  });
});

describe('references of images', () => {
  const sha = 'a'.repeat(64);

  it.each([
    'web',
    'web:latest',
    'library/web:1.0_x-y',
    '127.0.0.1:5001/app:a',
    'localhost/app',
    'registry2.example.com/v2/0123456789abcdef0123456789abcdef',
    `registry.local:5000/app/web@sha256:${sha}`,
    `web:1@sha256:${sha}`,
    '[::1]:5000/web',
    'local_image_web:latest',
    'a__b/c-d.e',
    `sha256:${sha}`,
  ])('may be %s', (reference) => {
    expect(accepts(ImageReference, reference)).toBe(true);
  });

  it.each([
    '',
    '--help',
    'Web',
    'web:',
    'web@sha256:00',
    `web@sha256:${sha}0`,
    'web@x',
    'web:a:b',
    'http://registry/web',
    '/web',
    'web/',
    'a//b',
    'web latest',
    '../web',
    'a/../b',
    `web:${'a'.repeat(129)}`,
    'a'.repeat(256),
    `a@sha256:${sha}@sha256:${sha}`,
  ])('are not %j, which no engine takes', (reference) => {
    expect(accepts(ImageReference, reference)).toBe(false);
  });
});

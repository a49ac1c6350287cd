import { describe, expect, it } from 'vitest';
import { buildkitFeatures, newFrontendFeatures } from './buildkit-features.ts';
import { parseDockerfile, withoutFrontend, withStages } from './dockerfile.ts';
import { explainFailure } from './explain-failure.ts';

const FILE = `# syntax=docker/dockerfile:1
ARG VERSION=24
FROM node:$VERSION AS Build
COPY --chown=1:1 ["a b", "/c"]
RUN --mount=type=cache,target=/a --mount=type=secret,id=b \\
  npm ci
FROM scratch
COPY --link --from=build /c /c
COPY <<EOF /etc/motd
COPY of nothing
EOF
`;

describe('parseDockerfile', () => {
  it('reads stages with their instructions, flags and arguments', () => {
    const { frontend, stages } = parseDockerfile(FILE);
    expect(frontend).toBe('docker/dockerfile:1');
    expect(stages.map(({ name, base }) => [name, base])).toEqual([
      ['build', 'node:24'],
      [null, 'scratch'],
    ]);
    expect(stages[0]?.instructions.slice(1)).toEqual([
      { keyword: 'COPY', line: 4, flags: [{ name: 'chown', value: '1:1' }], args: ['a b', '/c'], hasHeredoc: false },
      {
        keyword: 'RUN',
        line: 5,
        flags: [
          { name: 'mount', value: 'type=cache,target=/a' },
          { name: 'mount', value: 'type=secret,id=b' },
        ],
        args: ['npm', 'ci'],
        hasHeredoc: false,
      },
    ]);
    expect(stages[1]?.instructions.map(({ keyword, hasHeredoc }) => [keyword, hasHeredoc])).toEqual([
      ['FROM', false],
      ['COPY', false],
      ['COPY', true],
    ]);
  });
});

it('finds what only BuildKit, and what only its newer frontends can build', () => {
  const file = parseDockerfile(FILE);
  expect(buildkitFeatures(file).map(({ line, what }) => `${line}: ${what}`)).toEqual([
    '5: RUN --mount',
    '8: COPY --link',
    '9: COPY <<',
  ]);
  expect(newFrontendFeatures(file).map(({ line }) => line)).toEqual([8, 9]);
  expect(buildkitFeatures(parseDockerfile('FROM a\nRUN cat 1<<2 | tr a "<<b"'))).toEqual([]);
});

it('puts stages before the first one, after the arguments of the file', () => {
  const { text, added, before } = withStages(FILE, new Map([['assets', 'local:1']]));
  expect(text.split('\n').slice(0, 4)).toEqual([
    '# syntax=docker/dockerfile:1',
    'ARG VERSION=24',
    'FROM local:1 AS assets',
    'FROM node:$VERSION AS Build',
  ]);
  expect({ added, before }).toEqual({ added: 1, before: 2 });
});

it('takes the syntax line out without moving the others', () => {
  expect(withoutFrontend(FILE)).toBe(FILE.replace('# syntax=docker/dockerfile:1', '#'));
});

describe('explainFailure', () => {
  const file = parseDockerfile(FILE);
  const plain = { file, added: 0, before: 2 };

  it('leaves the words out that the engine puts around a reason', () => {
    const error =
      'failed to solve with frontend dockerfile.v0: failed to solve: rpc error: code = Unknown desc = exit code: 7';
    expect(explainFailure(error, plain)).toEqual({ reason: 'exit code: 7', line: null });
  });

  it('counts lines as the developer does', () => {
    const error = 'failed to solve: dockerfile parse error on line 6: unknown instruction: NPM';
    expect(explainFailure(error, { ...plain, added: 1 })).toEqual({ reason: 'unknown instruction: NPM', line: 5 });
  });

  it('says that a part is too new, and what to do', () => {
    const error = 'failed to create LLB definition: dockerfile parse error line 8: Unknown flag: link';
    expect(explainFailure(error, plain)).toEqual({
      line: 8,
      reason:
        'COPY --link in line 8 is too new for the program with which this engine reads Dockerfiles; the engine needs docker/dockerfile:1 for it: let it reach the registry, or use Docker 23 or newer (Unknown flag: link)',
    });
    const own = { ...plain, file: { ...file, frontend: null } };
    expect(explainFailure(error, own).reason).toContain('begin the Dockerfile with "# syntax=docker/dockerfile:1"');
  });
});

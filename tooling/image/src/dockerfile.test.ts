import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ARCHITECTURES, LABELS, RUN } from './image-definition.ts';

const FILE = readFileSync(join(import.meta.dirname, '../Dockerfile'), 'utf8')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\s*\\\n\s*/g, ' ');

/** The last stage: what becomes the image. */
const IMAGE = FILE.slice(FILE.lastIndexOf('\nFROM '));

function instruction(name: string): string {
  const found = [...IMAGE.matchAll(new RegExp(`^${name} (.*)$`, 'gm'))];
  expect(found.map(([line]) => line)).toHaveLength(1);
  return found[0]?.[1] ?? '';
}

it('sets what the image has that `npm run image` builds', () => {
  const { environment, entrypoint, command, stopSignal, healthCheck } = RUN;
  expect(instruction('ENV')).toBe(
    Object.entries(environment)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  );
  expect(JSON.parse(instruction('ENTRYPOINT'))).toEqual(entrypoint);
  expect(JSON.parse(instruction('CMD'))).toEqual(command);
  expect(instruction('STOPSIGNAL')).toBe(stopSignal);
  expect(instruction('WORKDIR')).toBe('/');
  const { interval, timeout, startPeriod, retries } = healthCheck;
  const [options = '', test = ''] = instruction('HEALTHCHECK').split(' CMD ');
  expect(options).toBe(
    `--interval=${interval}s --timeout=${timeout}s --start-period=${startPeriod}s --retries=${retries}`,
  );
  expect(JSON.parse(test)).toEqual(healthCheck.command);
  const labels = [...instruction('LABEL').matchAll(/([\w.]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]);
  expect(Object.fromEntries(labels)).toEqual({
    ...LABELS,
    'org.opencontainers.image.version': '$VERSION',
    'org.opencontainers.image.revision': '$BUILD_COMMIT',
  });
});

it('takes its files from the same program, for every architecture', () => {
  expect(instruction('COPY')).toBe('--from=build /rootfs/ /');
  expect(FILE).toContain('npm run image -- --arch "$TARGETARCH" --rootfs /rootfs');
  for (const architecture of ARCHITECTURES) expect(FILE).toMatch(new RegExp(`AS native-${architecture}$`, 'm'));
});

it('compiles the version of the addon that the bundle was made for', () => {
  // The installed version: the catalog has a range.
  const lockfile = readFileSync(join(import.meta.dirname, '../../../pnpm-lock.yaml'), 'utf8');
  const version = /^ {2}better-sqlite3@([\d.]+):$/m.exec(lockfile)?.[1];
  expect(FILE).toContain(`npm install better-sqlite3@${version} --build-from-source`);
});

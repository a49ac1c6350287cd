import { describe, expect, it } from 'vitest';
import { argumentsOf, readDocumentedCommands } from './documented-commands.ts';

const documented = await readDocumentedCommands();

/** The options of `docker run` that the document must agree on, in any order. */
function containerOf(words: readonly string[]): object {
  const after = (option: string): string[] =>
    words.flatMap((word, index) => (word === option ? [words[index + 1] ?? ''] : []));
  return {
    name: after('--name'),
    network: after('--network'),
    volumes: after('-v').toSorted(),
    privileged: words.includes('--privileged'),
    image: words.at(-1),
  };
}

describe('the ways to start the image on a plain host', () => {
  const run = containerOf(documented.run);

  it('give the container what it needs', () => {
    expect(run).toEqual({
      name: ['balena_supervisor'],
      network: ['host'],
      privileged: true,
      volumes: [
        '/:/mnt/root',
        '/etc/supervisor:/mnt/boot',
        '/var/lib/supervisor:/data',
        '/var/lib/supervisor:/mnt/data',
        '/var/run/docker.sock:/var/run/docker.sock',
      ],
      image: 'device-supervisor:<version>-amd64',
    });
  });

  it('are the same as a systemd unit', () => {
    const start = argumentsOf(documented.unit, /^ExecStart=\S*docker (run .*)$/m);
    expect(containerOf(start)).toEqual(run);
  });

  it('are the same as a compose file', () => {
    const field = (name: string): string => new RegExp(`^ +${name}: (.*)$`, 'm').exec(documented.compose)?.[1] ?? '';
    expect({
      name: [field('container_name')],
      network: [field('network_mode')],
      privileged: field('privileged') === 'true',
      volumes: [...documented.compose.matchAll(/^ +- (\S+)$/gm)].map(([, volume]) => volume ?? '').sort(),
      image: field('image'),
    }).toEqual(run);
  });
});

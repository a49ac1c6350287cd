import { describe, expect, it } from 'vitest';
import { dockerfile } from './dockerfile.ts';

describe('dockerfile', () => {
  it('idles by default, and ends when asked to', () => {
    expect(dockerfile({}, { hasFiles: false })).toBe(
      'FROM scratch\nCOPY base /\nCMD ["sh","-c","trap \\"exit 0\\" TERM; while :; do sleep 3600 & wait $!; done"]\n',
    );
  });

  it('prints every setting', () => {
    const image = {
      env: { A: '1', B: '2' },
      labels: { 'io.example.a': 'x' },
      exposedPorts: ['80', '53/udp'],
      volumes: ['/data', '/var'],
      workingDir: '/srv',
      user: 'nobody',
      stopSignal: 'SIGINT',
      healthcheck: { command: ['check', '-q'], interval: 1000, timeout: 500, startPeriod: 100, retries: 2 },
      entrypoint: ['/bin/sh', '-c'],
      cmd: ['true'],
    };
    expect(dockerfile(image, { hasFiles: true }).split('\n')).toEqual([
      'FROM scratch',
      'COPY base /',
      'COPY files /',
      'ENV A="1" B="2"',
      'LABEL "io.example.a"="x"',
      'EXPOSE 80 53/udp',
      'VOLUME /data /var',
      'WORKDIR /srv',
      'USER nobody',
      'STOPSIGNAL SIGINT',
      'HEALTHCHECK --interval=1000ms --timeout=500ms --start-period=100ms --retries=2 CMD ["check","-q"]',
      'ENTRYPOINT ["/bin/sh","-c"]',
      'CMD ["true"]',
      '',
    ]);
  });

  it('sets no command beside an entrypoint of its own', () => {
    expect(dockerfile({ entrypoint: ['true'] }, { hasFiles: false })).not.toContain('CMD');
  });

  it('keeps the builder from replacing variables', () => {
    expect(dockerfile({ env: { A: '$HOME "\\' } }, { hasFiles: false })).toContain(String.raw`ENV A="\$HOME \"\\"`);
  });

  it('refuses what cannot be expressed', () => {
    expect(() => dockerfile({ labels: { a: 'b\nc' } }, { hasFiles: false })).toThrow('line break');
  });
});

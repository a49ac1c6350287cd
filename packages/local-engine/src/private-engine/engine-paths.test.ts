import { describe, expect, it } from 'vitest';
import { cgroupPrefix, enginePaths } from './engine-paths.ts';

describe('enginePaths', () => {
  it('keeps everything in the directory', () => {
    const paths = enginePaths('/srv/app/engine');
    expect(paths.socket).toBe('/srv/app/engine/docker.sock');
    expect(paths.exec).toBe('/srv/app/engine/exec');
    expect(paths.logFile).toBe('/srv/app/engine/dockerd.log');
  });

  it('moves sockets, and what belongs to them, out of a directory that is too deep', () => {
    const deep = `/${'d'.repeat(90)}`;
    const paths = enginePaths(deep, { runDirectory: '/run/x' });
    expect(paths.runtime).toMatch(/^\/run\/x\/device-supervisor-[0-9a-f]{8}$/);
    expect(paths.exec).toBe(`${paths.runtime}/exec`);
    expect(paths.data).toBe(`${deep}/data`);
  });

  it.each([1, 30, 68, 69, 70, 71, 72, 100, 3000])(
    'fits the longest socket into the 104 bytes that containerd takes: %i letters',
    (length) => {
      const { exec } = enginePaths(`/${'d'.repeat(length)}`);
      expect(Buffer.byteLength(`${exec}/containerd/containerd.sock.ttrpc`)).toBeLessThanOrEqual(104);
    },
  );

  it('gives two directories different names on the machine', () => {
    const [a, b] = [enginePaths('/srv/a'), enginePaths('/srv/b')];
    for (const name of ['bridge', 'cgroupParent', 'containerdNamespace'] as const) expect(a[name]).not.toBe(b[name]);
  });

  it('names a bridge within the 15 characters of the kernel', () => {
    expect(enginePaths('/srv/app').bridge).toMatch(/^docker-[0-9a-f]{8}$/);
  });

  it('names cgroups after the directory, below which others are found by prefix', () => {
    expect(enginePaths('/srv/my app').cgroupParent).toMatch(/^\/device-supervisor-srv-my-app-[0-9a-f]{8}$/);
    expect(enginePaths('/srv/app/engine').cgroupParent.startsWith(cgroupPrefix('/srv/app'))).toBe(true);
  });
});

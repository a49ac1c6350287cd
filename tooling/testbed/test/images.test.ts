import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { text } from 'node:stream/consumers';
import { busyboxImage, connectEngine, pushImage, startRegistry, waitFor } from '@device-supervisor/testbed';
import { describe, expect, inject, it } from 'vitest';

const endpoint = inject('engineEndpoint');
const engine = connectEngine(endpoint);

describe('busyboxImage', () => {
  it('makes an image that is configured as asked', async () => {
    const { id, reference } = await busyboxImage(endpoint, {
      tag: `configured:${randomUUID()}`,
      env: { GREETING: '$HOME "and" \\' },
      labels: { 'io.example.two words': 'x' },
      healthcheck: { command: ['true'], interval: 1500, retries: 4 },
      stopSignal: 'SIGINT',
    });
    const image = await engine.getImage(reference).inspect();
    expect(image.Id).toBe(id);
    expect(image.Config).toMatchObject({
      Env: expect.arrayContaining(['GREETING=$HOME "and" \\']),
      Labels: { 'io.example.two words': 'x' },
      Healthcheck: { Test: ['CMD', 'true'], Interval: 1_500_000_000, Retries: 4 },
      StopSignal: 'SIGINT',
    });
  });

  it('gives the same id for the same content, and another for other content', async () => {
    const name = randomUUID();
    const image = { files: { '/hello': 'one' }, labels: { name } };
    const first = await busyboxImage(endpoint, { ...image, tag: `${name}:1` });
    const second = await busyboxImage(endpoint, { ...image, tag: `${name}:2` });
    const third = await busyboxImage(endpoint, { ...image, tag: `${name}:3`, files: { '/hello': 'two' } });
    expect(second.id).toBe(first.id);
    expect(third.id).not.toBe(first.id);
  });

  it('makes an image whose programs and files work', async () => {
    const { reference } = await busyboxImage(endpoint, {
      tag: `program:${randomUUID()}`,
      files: { '/srv/greet': { content: '#!/bin/sh\necho "hello $(id -un)" | tr a-z A-Z\n', mode: 0o755 } },
      entrypoint: ['/srv/greet'],
    });
    const container = await engine.createContainer({
      Image: reference,
      HostConfig: { LogConfig: { Type: 'json-file', Config: {} } },
    });
    await container.start();
    expect(await container.wait()).toMatchObject({ StatusCode: 0 });
    expect((await container.logs({ stdout: true })).subarray(8).toString()).toBe('HELLO ROOT\n');
    await container.remove();
  });

  it('makes a container that stops at once when asked to', async () => {
    const { reference } = await busyboxImage(endpoint, { tag: `idle:${randomUUID()}` });
    const container = await engine.createContainer({ Image: reference });
    await container.start();
    await waitFor('its shell to take the signal', async () => takesSigterm((await container.inspect()).State.Pid));
    await container.stop({ t: 60 });
    expect((await container.inspect()).State.ExitCode).toBe(0);
    await container.remove();
  });

  it('tells why an image cannot be made', async () => {
    await expect(busyboxImage(endpoint, { tag: 'broken:1', stopSignal: 'SIGNONSENSE' })).rejects.toMatchObject({
      code: 'IMAGE_OPERATION_FAILED',
    });
  });
});

describe('the registry', () => {
  it('gives back what was pushed', async () => {
    const tag = `pushed:${randomUUID()}`;
    const { id, reference } = await busyboxImage(endpoint, { tag, labels: { tag } });
    const pushed = await pushImage(endpoint, inject('registry'), reference);
    for (const name of [reference, pushed.reference]) await engine.getImage(name).remove();
    await expect(engine.getImage(id).inspect()).rejects.toMatchObject({ statusCode: 404 });
    await text(await engine.pull(pushed.digestReference));
    expect((await engine.getImage(pushed.digestReference).inspect()).Id).toBe(id);
  });

  it('ends with its images when disposed of', async () => {
    const { reference } = await busyboxImage(endpoint, { tag: `ended:${randomUUID()}` });
    const registry = await startRegistry();
    await pushImage(endpoint, registry.host, reference);
    expect((await fetch(`http://${registry.host}/v2/`)).status).toBe(200);
    await registry[Symbol.asyncDispose]();
    await expect(fetch(`http://${registry.host}/v2/`)).rejects.toThrow('fetch failed');
  });
});

it('waitFor reads events of an engine', async () => {
  const events = await engine.getEvents({ filters: { type: ['volume'] } });
  const name = randomUUID();
  const created = waitFor('the volume', events, { until: (chunk) => String(chunk).includes(name) });
  await engine.createVolume({ Name: name });
  expect(JSON.parse(String(await created))).toMatchObject({ Action: 'create', Actor: { ID: name } });
});

/** The first process of a container ignores a signal that it has no handler for. */
async function takesSigterm(pid: number): Promise<boolean> {
  const [, caught = '0'] = /^SigCgt:\s*(\w+)$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (BigInt(`0x${caught}`) & (1n << BigInt(constants.signals.SIGTERM - 1))) !== 0n;
}

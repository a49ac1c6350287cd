import { describe, expect, it } from 'vitest';
import { containerInspection } from '../testing/engine-answers.ts';
import { ContainerInspection } from '../wire/container-wire.ts';
import { readObservedContainer } from './observed-container.ts';

describe('readObservedContainer', () => {
  const observe = (changes: Parameters<typeof containerInspection>[1]) =>
    readObservedContainer(ContainerInspection.parse(containerInspection(1, changes)));

  it('reads times in milliseconds', () => {
    expect(observe({})).toMatchObject({
      createdAt: Date.UTC(2026, 10, 23, 20, 2, 44, 739),
      startedAt: Date.UTC(2026, 10, 23, 20, 2, 45, 100),
    });
    expect(observe({ State: { StartedAt: '0001-01-01T00:00:00Z' } }).startedAt).toBeNull();
  });

  it('names the networks that it is in, not those that it is to be in once it starts', () => {
    expect(observe({ Networks: { net: { NetworkID: 'n1' }, later: { NetworkID: '' } } }).networkIds).toEqual([
      'n',
      'n1',
    ]);
  });

  it('takes a status that it does not know for the end', () => {
    expect(observe({ State: { Status: 'stopping' } }).status).toBe('exited');
  });

  it.each([
    ['healthy', 'healthy'],
    ['none', 'none'],
    [undefined, 'none'],
  ])('reads the health %s', (Status, health) => {
    expect(observe({ State: Status === undefined ? {} : { Health: { Status } } }).health).toBe(health);
  });

  it('names no service when an id is not a number', () => {
    expect(
      observe({ Config: { Labels: { 'io.balena.app-id': '7', 'io.balena.service-id': 'x' } } }).identity,
    ).toBeNull();
  });
});

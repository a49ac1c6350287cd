import { describe, expect, it } from 'vitest';
import { ContainerEntry } from '../wire/container-wire.ts';
import { divideContainers } from './own-containers.ts';

const LABELS = {
  'io.balena.supervised': 'true',
  'io.balena.app-id': '1',
  'io.balena.service-id': '2',
  'io.balena.service-name': 'web',
};
const COMMITTED = { Id: 'committed', Labels: LABELS };
const BUILT = { Id: 'built', Labels: { version: '1' } };

function container(name: string, image: string, labels: object = LABELS): ContainerEntry {
  return ContainerEntry.parse({ Id: name, Names: [`/${name}`], ImageID: image, Labels: labels });
}

function ours(...entries: readonly ContainerEntry[]): string[] {
  return divideContainers(entries, [COMMITTED, BUILT]).ours.map(({ Id }) => Id);
}

describe('which containers are ours', () => {
  it.each(['web_1_2_abc', 'renamed-by-a-user'])('one with our labels, whatever its name: %s', (name) => {
    expect(ours(container(name, 'built'))).toEqual([name]);
  });

  it.each(['quirky_mayer', 'debug', 'db_1_2_abc', 'web'])('not one that has the labels of its image: %s', (name) => {
    expect(divideContainers([container(name, 'committed')], [COMMITTED, BUILT])).toMatchObject({
      ours: [],
      others: [{ Id: name }],
    });
  });

  it.each(['web_1_2_abc', 'old_web_1_2_abc'])('a service whose image was made from a container of ours: %s', (name) => {
    expect(ours(container(name, 'committed'))).toEqual([name]);
  });

  it('with labels under the former names too', () => {
    const former = Object.fromEntries(
      Object.entries(LABELS).map(([key, value]) => [key.replace('balena', 'resin'), value]),
    );
    const images = [{ Id: 'committed', Labels: former }];
    expect(divideContainers([container('debug', 'committed', former)], images).ours).toEqual([]);
    expect(divideContainers([container('web_1_2_abc', 'committed', former)], images).ours).toHaveLength(1);
  });

  it('none without labels', () => {
    expect(ours(container('web_1_2_abc', 'built', {}))).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import type { EngineSnapshot } from '../observed.ts';
import { reachedSnapshot, testTarget, type TestApp } from '../testing/fixtures.ts';
import { changeContainer, printPlan } from '../testing/print-plan.ts';

const SERVICES = { web: {}, db: {} };
const TARGET = testTarget({ services: SERVICES });

/** The engine with another network of the same name, and the containers in the one or the other. */
function twice(members: Readonly<Record<string, readonly string[]>>): EngineSnapshot {
  const snapshot = reachedSnapshot(TARGET);
  const first = snapshot.networks.find(({ name }) => name === 'u1_default');
  if (first === undefined) throw new Error('there is no network');
  const both = { ...snapshot, networks: [...snapshot.networks, { ...first, id: 'second' }] };
  return Object.entries(members).reduce<EngineSnapshot>(
    (one, [service, networkIds]) => changeContainer(one, service, { networkIds }),
    both,
  );
}

describe('a network that is there twice', () => {
  it('stays once: the one that containers are in', () => {
    expect(printPlan(TARGET, twice({ web: ['second'], db: ['second'] }))).toBe(
      'remove-network u1_default (n-u1_default): there is another one of its name',
    );
  });

  it('goes after those that are in it, and before anything is created by the name that two have', () => {
    const split = twice({ web: ['second'], db: ['n-u1_default'] });
    expect(printPlan(TARGET, split)).toBe(
      [
        'acquire-locks 1: to stop web',
        'stop-container web_1_1_c1: network u1_default is there twice [after acquire-locks 1]',
        'remove-container web_1_1_c1: network u1_default is there twice [after stop-container web_1_1_c1]',
        'remove-network u1_default (second): there is another one of its name [after remove-container web_1_1_c1]',
        'create-container web_1_1_c1: network u1_default is there twice [after acquire-locks 1, remove-container web_1_1_c1, remove-network u1_default (second)]',
        'start-container web_1_1_c1: network u1_default is there twice [after create-container web_1_1_c1]',
        'release-locks 1: done [after start-container web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('is not waited for by one that is in neither, nor as long as memberships are unknown', () => {
    expect(printPlan(TARGET, twice({ web: [], db: ['second'] }))).toContain('remove-network u1_default (n-u1_default)');
    expect(printPlan(TARGET, twice({}))).toBe('');
  });
});

it('is not made with addresses that mean nothing, and the one that is there stays', () => {
  const faulty = testTarget({ services: SERVICES, networks: { default: { ipam: { config: [{ subnet: 'none' }] } } } });
  expect(printPlan(faulty, reachedSnapshot(TARGET))).toBe(
    "blocked app 1 (invalid): networks.default.ipam.config[0].subnet: 'none' is not a range of addresses; write e.g. 172.28.0.0/24",
  );
});

describe('the network supervisor0', () => {
  const api = { labels: { 'io.balena.features.supervisor-api': '1' } };
  const app: TestApp = { services: { first: api, without: {}, second: api } };
  const target = testTarget(app);

  it('is replaced with the containers of all that use it, also past services that do not', () => {
    const snapshot = reachedSnapshot(target);
    const networks = snapshot.networks.map((network) =>
      network.name === 'supervisor0' ? { ...network, config: { ...network.config, internal: true } } : network,
    );
    const plan = printPlan(target, { ...snapshot, networks }).split('\n');
    expect(plan.filter((line) => /^(remove|connect)-/.test(line))).toEqual([
      'remove-network supervisor0: internal true → false [after stop-container first_1_1_c1, stop-container second_3_1_c1]',
      'connect-network first_1_1_c1 to supervisor0: network supervisor0 is replaced [after create-container first_1_1_c1, create-network supervisor0]',
      'connect-network second_3_1_c1 to supervisor0: network supervisor0 is replaced [after create-container second_3_1_c1, create-network supervisor0]',
      'remove-container first_1_1_c1: network supervisor0 is replaced [after stop-container first_1_1_c1, start-container first_1_1_c1]',
      'remove-container second_3_1_c1: network supervisor0 is replaced [after stop-container second_3_1_c1, start-container second_3_1_c1]',
    ]);
  });

  it('stays when no service asks for it any more, and is left to others who have its name', () => {
    const without = testTarget({ services: { web: {} } });
    expect(printPlan(without, reachedSnapshot(without))).toBe('');
    const snapshot = reachedSnapshot(target);
    const networks = snapshot.networks.map((network) => ({ ...network, supervised: network.name !== 'supervisor0' }));
    expect(printPlan(target, { ...snapshot, networks })).toBe(
      ['first', 'second']
        .map(
          (service) =>
            `blocked app 1 service ${service} (name-taken): networks: a network supervisor0 exists that is not ours; remove or rename it`,
        )
        .join('\n'),
    );
  });
});

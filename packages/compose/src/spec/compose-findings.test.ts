import { describe, expect, it } from 'vitest';
import type { TargetService } from '@device-supervisor/state';
import { TEST_ABILITIES } from '../testing/fixtures.ts';
import { specifyComposition as specify } from '../testing/specify-composition.ts';
import type { ServiceSpecContext } from './service-spec.ts';

type Composition = TargetService['composition'];

const MIB = 2 ** 20;

describe('what cannot be', () => {
  it.each<[string, Composition]>([
    ['blkio_config.weight', { blkio_config: { weight: 5 } }],
    ['blkio_config.device_read_bps[0]', { blkio_config: { device_read_bps: [{ path: 'sda', rate: 1 }] } }],
    ['cpu_rt_period', { cpu_rt_period: 'long' }],
    ['cpus', { cpus: 1, cpu_quota: 5 }],
    ['depends_on.db.condition', { depends_on: { db: { condition: 'service_blessed' } } }],
    ['deploy.resources.limits.memory', { mem_limit: '64m', deploy: { resources: { limits: { memory: '128m' } } } }],
    ['deploy.resources.limits.pids', { pids_limit: 5, deploy: { resources: { limits: { pids: 6 } } } }],
    [
      'deploy.resources.reservations.devices[0]',
      { deploy: { resources: { reservations: { devices: [{ count: 1 }] } } } },
    ],
    ['device_cgroup_rules[0]', { device_cgroup_rules: ['c 1:2'] }],
    ['devices[0]', { devices: ['ttyUSB0'] }],
    ['expose[0]', { expose: ['80:80'] }],
    ['extra_hosts', { extra_hosts: ['localhost'] }],
    ['gpus[0]', { gpus: [{ count: 1, device_ids: ['0'] }] }],
    ['healthcheck.interval', { healthcheck: { interval: 'often' } }],
    ['healthcheck.test', { healthcheck: { test: ['true'] } }],
    ['ipc', { ipc: 'service:nobody' }],
    ['pid', { pid: 'container:db' }],
    ['pid', { pid: 'service:<name>' }],
    ['volumes_from[0]', { volumes_from: ['container:db'] }],
    ['volumes_from[0]', { volumes_from: ['nobody'] }],
    ['volumes_from[0]', { volumes_from: ['db:rwx'] }],
    ['post_start[0]', { post_start: [{ command: '' }] }],
    ['mac_address', { mac_address: '02:42:ac:11:00:01', networks: { back: { mac_address: '02:42:ac:11:00:02' } } }],
    ['mem_limit', { mem_limit: '1m' }],
    ['mem_reservation', { mem_limit: '64m', mem_reservation: '65m' }],
    ['mem_swappiness', { mem_swappiness: 101 }],
    ['memswap_limit', { memswap_limit: '64m' }],
    ['memswap_limit', { mem_limit: '64m', memswap_limit: '32m' }],
    ['network_mode', { network_mode: 'container:x' }],
    ['networks.x', { networks: ['x'] }],
    ['networks.back.ipv4_address', { networks: { back: { ipv4_address: 'fd00::5' } } }],
    ['networks.back.ipv6_address', { networks: { back: { ipv6_address: '10.0.0.5' } } }],
    ['networks.back.link_local_ips[1]', { networks: { back: { link_local_ips: ['169.254.1.1', '169.254.1'] } } }],
    ['networks.back.mac_address', { networks: { back: { mac_address: '02:42' } } }],
    ['mac_address', { mac_address: '02:42:ac:11:00:0g' }],
    ['dns[1]', { dns: ['1.1.1.1', 'dns.example'] }],
    ['oom_score_adj', { oom_score_adj: 2000 }],
    ['pid', { pid: 'container:x' }],
    ['ports[0]', { ports: ['web:80'] }],
    ['ports[0]', { ports: ['localhost:80:80'] }],
    ['ports[0]', { ports: [{ target: 80, host_ip: '1.2.3' }] }],
    ['pull_policy', { pull_policy: 'sometimes' }],
    ['restart', { restart: 'on-failure:x' }],
    ['tmpfs[0]', { tmpfs: ['/run:speed=1'] }],
    ['volumes', { volumes: ['data:/a', '/a'] }],
    ['volumes', { volumes: ['data:/tmp/balena'] }],
    ['volumes[0]', { volumes: ['other:/a'] }],
    ['volumes[0]', { volumes: [{ type: 'volume', source: 'data', target: '/a', volume: { subpath: '../b' } }] }],
  ])('%s: %j is a problem of that field', (field, composition) => {
    expect(specify(composition).findings.problems).toEqual([{ field, reason: expect.any(String) }]);
  });

  it('a part of a volume, on an engine that would mount all of it', () => {
    const volumes = [{ type: 'volume', source: 'data', target: '/a', volume: { subpath: 'x' } }];
    expect(specify({ volumes }, { abilities: TEST_ABILITIES }).findings.problems).toEqual([
      { field: 'volumes[0]', reason: 'subpath: the engine is too old for it, and would mount all of data' },
    ]);
  });
});

describe('fields without effect are reported, with the reason', () => {
  const notices = (composition: Composition, context?: Partial<ServiceSpecContext>): readonly string[] => {
    const { findings } = specify(composition, context);
    expect(findings.problems).toEqual([]);
    return findings.notices.map(({ field, reason }) => `${field} ${reason}`);
  };

  it.each<[Composition, string]>([
    [{ volumes: ['/etc:/etc'] }, 'volumes[0] paths of the host are not mounted'],
    [{ volumes: [{ type: 'npipe', source: 'x', target: '/x' }] }, "volumes[0] mounts of type 'npipe'"],
    [
      { volumes: [{ type: 'volume', source: 'data', target: '/x', volume: { labels: {} } }] },
      'volumes[0].volume.labels is not supported',
    ],
    [{ devices: ['vendor.com/class=gpu0'] }, 'devices[0] has no effect: devices of the Container Device Interface'],
    [{ networks: { back: { interface_name: 'eth9' } } }, 'networks.back.interface_name is not supported'],
    [{ pre_stop: [{ command: 'sync', timeout: 5 }] }, 'pre_stop[0].timeout is not supported'],
    [{ networks: ['back'], network_mode: 'none' }, 'networks has no effect beside network_mode: none'],
    [{ hostname: 'x', network_mode: 'host' }, 'hostname has no effect beside network_mode: host'],
    [{ ports: ['80:80'], network_mode: 'service:db' }, 'ports has no effect beside network_mode: service:db'],
    [{ dns: '1.1.1.1', network_mode: 'service:db' }, 'dns has no effect beside network_mode: service:db'],
    [{ hostname: 'x', uts: 'host' }, 'hostname has no effect beside uts: host'],
    [{ pull_policy: 'always' }, 'pull_policy always has no effect: an image is downloaded when'],
    [{ deploy: { replicas: 2 } }, 'deploy.replicas has no effect: a service has one container'],
    [{ deploy: { restart_policy: {} } }, 'deploy.restart_policy has no effect; use restart'],
    [{ deploy: { resources: { reservations: { cpus: '1' } } } }, 'deploy.resources.reservations.cpus has no effect'],
    [{ links: ['db'] }, 'links has no effect: services of one network reach each other by name'],
    [{ env_file: 'x' }, 'env_file has no effect: the files beside the compose file'],
    [{ logging: {} }, 'logging has no effect: the log driver is that of the device'],
    [{ container_name: 'x' }, 'container_name has no effect: containers are named after'],
    [{ ports: [{ target: 80, mode: 'host' }] }, 'ports[0].mode is not supported and has no effect'],
    [{ attach: false }, 'attach has no effect: the logs of all services are kept'],
    [{ ports: [{ target: 80, name: 'web' }] }, 'ports[0].name is not supported and has no effect'],
    [{ healthcheck: { test: 'true', patience: 1 } }, 'healthcheck.patience is not supported and has no effect'],
    [{ depends_on: { db: { restart: true } } }, 'depends_on.db.restart is not supported and has no effect'],
    [{ blkio_config: { speed: 1 } }, 'blkio_config.speed is not supported and has no effect'],
    [
      { blkio_config: { device_read_bps: [{ path: '/dev/sda', rate: 1, burst: 2 }] } },
      'blkio_config.device_read_bps[0].burst is not supported and has no effect',
    ],
    [
      { ulimits: { nofile: { soft: 1, hard: 2, medium: 3 } } },
      'ulimits.nofile.medium is not supported and has no effect',
    ],
    [
      { labels: { 'io.balena.features.teleport': '1' } },
      'labels io.balena.features.teleport has no effect: this supervisor has no such feature',
    ],
    [{ security_opt: ['label=disable'] }, "security_opt[0] label=disable has no effect: labels are the host's"],
    [{ environment: { A: null, B: '' } }, 'environment.A has no effect: it has no value here'],
    [{ environment: ['A', 'B='] }, 'environment[0] has no effect: it has no value here'],
    [{ teleport: true }, 'teleport is not supported and has no effect'],
    [{ constructor: 1 }, 'constructor is not supported and has no effect'],
    [{ depends_on: { x: { required: false } } }, 'depends_on.x there is no such service, and it is not required'],
  ])('%j', (composition, notice) => {
    expect(notices(composition)).toEqual([expect.stringContaining(notice)]);
  });

  it.each(['err', 'ERROR'])('that %s lines are asked of a service whose terminal makes one stream of all', (level) => {
    const environment = { BALENA_LOGS_LEVEL: level };
    expect(notices({ environment })).toEqual([
      `environment.BALENA_LOGS_LEVEL ${level} sends no line of a service with a terminal; set tty: false`,
    ]);
    expect(notices({ environment, tty: false })).toEqual([]);
    expect(notices({ environment: { BALENA_LOGS_LEVEL: 'none' } })).toEqual([]);
  });

  it('fields that begin with x- are for others', () => {
    expect(notices({ 'x-mine': 1 })).toEqual([]);
  });

  it('what the engine is too old for', () => {
    const abilities = TEST_ABILITIES;
    const spec = specify({ annotations: ['a=b'], healthcheck: { test: 'true', start_interval: '1s' } }, { abilities });
    expect(spec.findings.notices.map(({ field }) => field)).toEqual(['annotations', 'healthcheck.start_interval']);
    expect(spec.config).toMatchObject({ annotations: {}, healthcheck: { startInterval: 0 } });
  });

  it('limits that the kernel does not support', () => {
    const abilities = { ...TEST_ABILITIES, unsupportedLimits: ['memorySwap', 'cpusetCpus', 'pidsLimit'] } as const;
    const limited = { mem_limit: '64m', memswap_limit: '128m', cpuset: '0' };
    expect(notices(limited, { abilities })).toEqual([
      "memswap_limit has no effect: the device's kernel does not support it",
      "cpuset has no effect: the device's kernel does not support it",
    ]);
    const { resources } = specify(limited, { abilities }).config;
    expect(resources).toMatchObject({ memory: 64 * MIB, memorySwap: 0, cpusetCpus: '' });
  });
});

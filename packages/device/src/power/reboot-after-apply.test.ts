import { beforeEach, describe, expect, it } from 'vitest';
import type { RebootBreadcrumb } from './ports.ts';
import { openRebootAfterApply } from './reboot-after-apply.ts';

let file: string | null;
let reboots: number;
let faults: unknown[];

const breadcrumb: RebootBreadcrumb = {
  read: async () => file,
  async write(content) {
    file = content;
  },
  async remove() {
    file = null;
  },
};

const open = (bootId: string | null) =>
  openRebootAfterApply({
    breadcrumb,
    bootId,
    power: {
      async reboot(options) {
        expect(options).toEqual({ force: false });
        reboots++;
      },
    },
    onFault: (error) => faults.push(error),
  });

beforeEach(() => {
  [file, reboots, faults] = [null, 0, []];
});

describe('a reboot after the apply', () => {
  it('is not done without a reason', async () => {
    const schedule = await open('one');
    expect(schedule.reasons).toEqual([]);
    expect(await schedule.rebootIfScheduled()).toBe(false);
    expect(reboots).toBe(0);
  });

  it('is written down, each reason once, and done when nothing else is left to do', async () => {
    const schedule = await open('one');
    for (const reason of ['config.txt changed', 'service web', 'config.txt changed']) await schedule.schedule(reason);
    expect(JSON.parse(file ?? '')).toEqual({ bootId: 'one', reasons: ['config.txt changed', 'service web'] });
    expect(await schedule.rebootIfScheduled()).toBe(true);
    expect(reboots).toBe(1);
  });

  it('is announced before it begins, once, and published with its reasons', async () => {
    const order: string[] = [];
    const schedule = await openRebootAfterApply({
      breadcrumb,
      bootId: 'one',
      power: { reboot: async () => void order.push('reboot') },
      onFault: (error) => faults.push(error),
      announce: async (reasons) => void order.push(`announce ${reasons.join(', ')}`),
    });
    await schedule.schedule('an earlier run');
    using _subscription = schedule.subscribe((news) => order.push(JSON.stringify(news)));
    await schedule.schedule('gpu_mem');
    await schedule.schedule('gpu_mem');
    await schedule.rebootIfScheduled();
    await schedule.rebootIfScheduled();
    expect(order).toEqual([
      '{"phase":"scheduled","reason":"an earlier run"}',
      '{"phase":"scheduled","reason":"gpu_mem"}',
      'announce an earlier run, gpu_mem',
      'reboot',
      '{"phase":"begins","reasons":["an earlier run","gpu_mem"]}',
      'reboot',
    ]);
  });

  it('is not done when its reasons were taken back', async () => {
    const schedule = await open('one');
    for (const reason of ['config.txt changed', 'service web']) await schedule.schedule(reason);
    await schedule.cancel('config.txt changed');
    await schedule.cancel('nothing of the kind');
    expect((await open('one')).reasons).toEqual(['service web']);
    await schedule.cancel('service web');
    expect([file, await schedule.rebootIfScheduled(), reboots]).toEqual([null, false, 0]);
  });

  it('outlives the supervisor', async () => {
    await (await open('one')).schedule('config.txt changed');
    const next = await open('one');
    expect(next.reasons).toEqual(['config.txt changed']);
    expect(await next.rebootIfScheduled()).toBe(true);
  });

  it.each([
    ['another boot', '{"bootId":"one","reasons":["config.txt changed"]}', 'two'],
    ['an unknown boot', '{"bootId":null,"reasons":["config.txt changed"]}', null],
    ['no boot at all', '', null],
  ])('is not done because of the file of %s, which is removed', async (_, content, bootId) => {
    file = content;
    const schedule = await open(bootId);
    expect(schedule.reasons).toEqual([]);
    expect(await schedule.rebootIfScheduled()).toBe(false);
    expect(file).toBe(null);
  });

  it.each(['', 'true', '{}', '{"bootId":"one","reasons":'])(
    'is done once because of another supervisor, whose file is %j',
    async (content) => {
      file = content;
      expect(await (await open('one')).rebootIfScheduled()).toBe(true);
      expect(JSON.parse(file)).toMatchObject({ bootId: 'one' });
      expect(await (await open('two')).rebootIfScheduled()).toBe(false);
      expect(file).toBe(null);
    },
  );

  it('is done in the run that asked for it where boots cannot be told apart', async () => {
    const schedule = await open(null);
    await schedule.schedule('config.txt changed');
    expect(await schedule.rebootIfScheduled()).toBe(true);
  });

  it('is no reason when it could not be written down', async () => {
    const schedule = await openRebootAfterApply({
      breadcrumb: { ...breadcrumb, write: () => Promise.reject(new Error('ENOSPC')) },
      bootId: 'one',
      power: { reboot: () => Promise.resolve() },
      onFault: (error) => faults.push(error),
    });
    await expect(schedule.schedule('config.txt changed')).rejects.toThrow('ENOSPC');
    expect(schedule.reasons).toEqual([]);
  });

  it.each<[string, Partial<RebootBreadcrumb>, string | null]>([
    ['be read', { read: () => Promise.reject(new Error('EIO')) }, null],
    ['be removed', { remove: () => Promise.reject(new Error('EIO')) }, '{"bootId":"two","reasons":["a"]}'],
    ['be taken over', { write: () => Promise.reject(new Error('EIO')) }, 'foreign'],
  ])('does not come, and does not prevent the start, when the file cannot %s', async (_, broken, content) => {
    file = content;
    const schedule = await openRebootAfterApply({
      breadcrumb: { ...breadcrumb, ...broken },
      bootId: 'one',
      power: { reboot: () => Promise.resolve() },
      onFault: (error) => faults.push(error),
    });
    expect(schedule.reasons).toEqual([]);
    expect(faults).toMatchObject([{ message: 'EIO' }]);
  });
});

import { expect, it } from 'vitest';
import { CallSlots } from './call-slots.ts';

it('lets as many calls run at once as there are slots, over all runs', () => {
  const slots = new CallSlots(2);
  expect([slots.take(), slots.take(), slots.take()]).toEqual([true, true, false]);
  slots.giveBack();
  expect([slots.take(), slots.take()]).toEqual([true, false]);
});

it('calls back everyone who waits when a slot is free, once', () => {
  const slots = new CallSlots(1);
  slots.take();
  const called: string[] = [];
  slots.onceFree(() => {
    if (slots.take()) called.push('first');
  });
  slots.onceFree(() => called.push(slots.take() ? 'second' : 'second waits'));
  slots.giveBack();
  expect(called).toEqual(['first', 'second waits']);
  slots.giveBack();
  expect(called).toHaveLength(2);
});

import { expect, it } from 'vitest';
import { createStoreNews } from './store-news.ts';

it('prints at once, and tells its reader what came before and after it', () => {
  const printed: string[] = [];
  const read: string[] = [];
  const news = createStoreNews((message) => void printed.push(message));
  news.tell('the disk is read-only');
  expect([printed, read]).toEqual([['the disk is read-only'], []]);
  news.passOn((message) => void read.push(message));
  news.tell('it is written again');
  expect(read).toEqual(['the disk is read-only', 'it is written again']);
  expect(printed).toEqual(read);
});

import { parseArgs } from 'node:util';
import { busyboxImage, startTestEngine } from '@device-supervisor/testbed';
import {
  measureChange,
  measureFirstApply,
  measureNoChange,
  measureOwnWork,
  measurePlanning,
  type Comparison,
} from './measure-apply.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, services: { type: 'string', default: '30' } },
});
const rounds = Number(values.rounds);
const services = Number(values.services);

await using engine = await startTestEngine();
await busyboxImage(engine.endpoint, { tag: 'bench:1', cmd: ['sleep', '100000'], stopSignal: 'SIGKILL' });

const one = await measureFirstApply(engine.endpoint, 1, rounds);
const change = await measureChange(engine.endpoint, services, rounds);
const nothing = await measureNoChange(engine.endpoint, services, rounds);
const many = await measureFirstApply(engine.endpoint, services, rounds);
console.table({
  '1 service from nothing, ms': row(one, 1.3),
  [`${services} services from nothing, ms`]: row(many, 1.15),
  [`1 of ${services} changed, ms`]: row(change, 1.3),
});
console.table({
  [`${services} services again`]: {
    writes: nothing.writes,
    reads: nothing.reads,
    'our CPU, ms': nothing.cpu.toFixed(1),
    limits: '0 writes, 4 reads, 50 ms',
  },
});
const curve = [25, 50, 100, 200];
const work: [string, Record<string, string>][] = [];
for (const count of curve) {
  const time = await measureOwnWork(count, rounds);
  work.push([`${count} services`, { 'our CPU, ms': time.toFixed(0), 'for each, ms': (time / count).toFixed(2) }]);
}
console.table(Object.fromEntries(work));
console.log(`planning 200 services of 10 apps: ${measurePlanning(101).toFixed(1)} ms (at most 20)`);

function row({ ours, straight, ratio }: Comparison, limit: number): Record<string, string> {
  return {
    ours: ours.toFixed(0),
    'straight calls': straight.toFixed(0),
    ratio: ratio.toFixed(2),
    'at most': limit.toFixed(2),
  };
}

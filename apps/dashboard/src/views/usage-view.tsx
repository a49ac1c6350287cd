import type { UsageSample } from '@device-supervisor/api-client';
import { LineChart, type ChartPoint } from '../charts/line-chart.tsx';
import { Card, Empty } from '../components/card.tsx';

import { formatBytes, formatPercent } from '../model/format.ts';
import type { ViewProps } from './overview-view.tsx';

/** Milliseconds that charts show at least, and at most. */
const LEAST = 10 * 60_000;
const MOST = 60 * 60_000;

/** Processor and memory over the last hour, of the device and of each service. */
export function UsageView({ store }: ViewProps) {
  const samples = store.usage.value;
  const now = samples.at(-1)?.time ?? store.now.value;
  const last = samples.at(-1);
  const known = now - (samples[0]?.time ?? now);
  const time = { now, span: Math.min(MOST, Math.max(LEAST, Math.ceil(known / LEAST) * LEAST)) };
  const services = (last?.services ?? []).map(({ appId, service }) => ({ appId, service }));
  return (
    <>
      <h1 class="view-title">Resources</h1>
      <p class="lead">
        Measured while this page or another one is open, and kept for an hour. Shares are of all processors.
      </p>
      <Card title="Device">
        <div class="charts">
          <LineChart
            {...time}
            label="CPU"
            top={20}
            format={formatPercent}
            points={samples.map((one) => point(one, one.cpuPercent))}
          />
          <LineChart
            {...time}
            label="Memory"
            top={last?.memoryTotalBytes ?? 0}
            format={formatBytes}
            points={samples.map((one) => point(one, one.memoryBytes))}
          />
        </div>
      </Card>
      {services.length === 0 && (
        <Card title="Services">
          <Empty>No service runs.</Empty>
        </Card>
      )}
      {services.map((owner) => (
        <Card key={`${owner.appId} ${owner.service}`} title={owner.service}>
          <div class="charts">
            <LineChart
              {...time}
              label="CPU"
              top={5}
              format={formatPercent}
              points={seriesOf(samples, owner, 'cpuPercent')}
            />
            <LineChart
              {...time}
              label="Memory"
              top={0}
              format={formatBytes}
              points={seriesOf(samples, owner, 'memoryBytes')}
            />
          </div>
        </Card>
      ))}
    </>
  );
}

function point({ time }: UsageSample, value: number | null): ChartPoint {
  return { time, value };
}

interface Owner {
  readonly appId: number;
  readonly service: string;
}

function seriesOf(samples: readonly UsageSample[], owner: Owner, field: 'cpuPercent' | 'memoryBytes'): ChartPoint[] {
  return samples.map((sample) => {
    const own = sample.services.find(({ appId, service }) => appId === owner.appId && service === owner.service);
    return point(sample, own?.[field] ?? null);
  });
}

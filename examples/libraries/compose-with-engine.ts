const [endpoint = 'unix:///var/run/docker.sock', image = 'alpine:3'] = process.argv.slice(2);
// #region reconcile
import { formatPlan, reconcile } from '@device-supervisor/compose';
import { createEngine } from '@device-supervisor/engine';
import { decodeTargetStateV2 } from '@device-supervisor/state';

const services = { 1: { serviceName: 'web', imageId: 1, image, command: 'sleep 1000', stop_signal: 'SIGKILL' } };
const target = decodeTargetStateV2({ local: { apps: { 1: { name: 'shop', commit: 'c1', services } } } });
const engine = createEngine({ endpoint });
try {
  const result = await reconcile({ engine, target, onPlan: (plan) => console.log(formatPlan(plan)) });
  console.log(result.status); // settled: the engine matches the target
} finally {
  await engine[Symbol.asyncDispose]();
}
// #endregion

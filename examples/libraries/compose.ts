// #region plan
import { formatPlan, plan, planInput, type EngineSnapshot } from '@device-supervisor/compose';
import { decodeTargetStateV2 } from '@device-supervisor/state';

const services = { 1: { serviceName: 'web', imageId: 1, image: 'web:1', ports: ['8080:80'] } };
const target = decodeTargetStateV2({ local: { apps: { 1: { name: 'shop', commit: 'c1', services } } } });
// `engine.observe()` of @device-supervisor/engine gives the contents of a real one.
const emptyEngine: EngineSnapshot = {
  abilities: { apiVersion: '1.41', unsupportedLimits: [] },
  containers: [],
  images: [],
  networks: [],
  volumes: [],
};
const next = plan(planInput({ target, snapshot: emptyEngine }));
console.log(formatPlan(next)); // for people; next.operations for programs
// #endregion

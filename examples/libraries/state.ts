// #region readme
import { decodeTargetStateV2, targetStateJsonSchema, TargetStateError } from '@device-supervisor/state';

const services = { 1: { serviceName: 'web', imageId: 1, image: 'web:latest', ports: ['8080:80'] } };
const target = decodeTargetStateV2({ local: { apps: { 1: { name: 'hello', commit: 'abc', services } } } });
console.log(target.apps['1']?.release?.services['web']?.composition.ports); // [ '8080:80' ]

try {
  decodeTargetStateV2({ local: { apps: { 1: { name: 7 } } } });
} catch (error) {
  if (error instanceof TargetStateError) console.log(error.details.issues); // path and message of every fault
}

console.log(Object.keys(targetStateJsonSchema('v2'))); // for an editor
// #endregion

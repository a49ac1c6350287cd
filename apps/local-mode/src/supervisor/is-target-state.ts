import type { TargetStateV2 } from '@device-supervisor/api-client';

/** Whether an object is taken for a target state: the device checks what is in it, and names every fault. */
export function isTargetState(value: object): value is TargetStateV2 {
  return 'local' in value;
}

import type { Device, DeviceState } from '@device-supervisor/device';
import { visibleState, type Access } from '../access.ts';
import type { RouteContext } from './route.ts';

/**
 * Answers with what `describe` makes of the device's state, as the key sees it. The text is kept for as long as the state
 * is the same: many clients ask every second, and the answer seldom changes.
 */
export function rememberAnswer(
  device: Pick<Device, 'state'>,
  describe: (state: DeviceState) => object,
): (access: Access, context: RouteContext) => Response {
  let current: DeviceState | null = null;
  const texts = new Map<string, string>();
  return (access, context) => {
    const state = device.state();
    if (state !== current) {
      current = state;
      texts.clear();
    }
    const reader = access.kind === 'app' ? String(access.appId) : access.kind;
    let text = texts.get(reader);
    if (text === undefined) {
      text = JSON.stringify(describe(visibleState(state, access)));
      texts.set(reader, text);
    }
    return context.body(text, 200, { 'content-type': 'application/json' });
  };
}

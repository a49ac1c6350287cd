import { signal } from '@preact/signals';

export const VIEWS = ['overview', 'plan', 'logs', 'events', 'usage', 'device'] as const;
export type View = (typeof VIEWS)[number];

export interface Place {
  readonly view: View;
  /** The subject of the view, e.g. a service whose logs are shown. */
  readonly detail: string;
}

/** Where the person is; follows the address, so that the browser's own buttons work. */
export const place = signal(readPlace(location.hash));

addEventListener('hashchange', () => {
  place.value = readPlace(location.hash);
});

export function addressOf(view: View, detail = ''): string {
  return `#/${view}${detail === '' ? '' : `/${encodeURIComponent(detail)}`}`;
}

function readPlace(hash: string): Place {
  const [, name, detail = ''] = /^#\/([a-z]+)(?:\/([^/]*))?$/.exec(hash) ?? [];
  const view = VIEWS.find((one) => one === name) ?? 'overview';
  return { view, detail: decode(detail) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

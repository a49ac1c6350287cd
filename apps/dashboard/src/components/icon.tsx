/** Drawings on a grid of 24, as lines. */
const PATHS = {
  overview: 'M3 13h8V3H3zm10 8h8V11h-8zM3 21h8v-4H3zM13 3v4h8V3z',
  plan: 'M9 6h11M9 12h11M9 18h11M4 6l1 1 2-2M4 12l1 1 2-2M4 18l1 1 2-2',
  logs: 'M5 4h14v16H5zM8 9l2.500 2.500L8 14m5 .500h3',
  events: 'M12 7v5l3.500 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18',
  usage: 'M3 12h4l3-8 4 16 3-8h4',
  device: 'M7 7h10v10H7zM9 3v4m6-4v4M9 17v4m6-4v4M3 9h4m-4 6h4m10-6h4m-4 6h4',
  restart: 'M20 11a8 8 0 1 0-2.300 6.300M20 5v6h-6',
  stop: 'M7 7h10v10H7z',
  start: 'M8 5.500v13l10-6.500z',
  pause: 'M9 6v12m6-12v12',
  lock: 'M6 11h12v9H6zm2.500 0V8a3.500 3.500 0 0 1 7 0v3',
  check: 'M5 12.500l4.500 4.500L19 7',
  cross: 'M6 6l12 12M18 6L6 18',
  warn: 'M12 4L2.500 20h19zM12 10v4.500m0 2.500v.100',
  clock: 'M12 7v5l3.500 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18',
  arrow: 'M5 12h14m-6-6l6 6-6 6',
  minus: 'M6 12h12',
  down: 'M12 4v12m-5-5l5 5 5-5M5 20h14',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14m5 12l4.500 4.500',
  power: 'M12 3v9M6.500 7a8 8 0 1 0 11 0',
  network: 'M12 3v6m0 0H6v5m6-5h6v5M3.500 14h5v6h-5zm12 0h5v6h-5z',
  key: 'M8 11a4 4 0 1 0 0 8 4 4 0 0 0 0-8m3 1.500L20 4m-3.500 3.500L19 10',
} as const;

export type IconName = keyof typeof PATHS;

/** Says nothing to a screen reader: what is beside it does. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

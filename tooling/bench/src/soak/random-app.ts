import type { Random } from './random.ts';

/** Id of the app; no other measurement has it. */
export const SOAK_APP = 90_130;
/** Images that the engine has. */
export const SOAK_IMAGES = ['soak:1', 'soak:2', 'soak:3'] as const;

/** A release of the app: up to five services that differ in image, environment, limits, volumes and networks. */
export function randomApp(random: Random, change: number): Readonly<Record<string, unknown>> {
  const count = random.below(5) + 1;
  const services = Array.from({ length: count }, (_, index): [string, object] => [
    String(index + 1),
    {
      serviceName: `s${index}`,
      imageId: index + 1,
      image: random.oneOf(SOAK_IMAGES),
      running: true,
      environment: random.chance(0.5) ? { CHANGE: String(change) } : {},
      labels: random.chance(0.2) ? { 'io.balena.features.supervisor-api': '1' } : {},
      ...(random.chance(0.3) ? { volumes: ['data:/data'] } : {}),
      ...(random.chance(0.3) ? { networks: ['back'] } : {}),
      ...(random.chance(0.3) ? { mem_limit: `${32 + random.below(4) * 16}m` } : {}),
    },
  ]);
  return {
    name: 'soak',
    commit: `c${change}`,
    releaseId: String(change + 1),
    services: Object.fromEntries(services),
    volumes: { data: {} },
    networks: { back: {} },
  };
}

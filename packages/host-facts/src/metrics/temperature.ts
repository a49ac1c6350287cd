import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hostText } from '../host-text.ts';

/** The sensor of the processor, found once. */
export interface Thermometer {
  /** Whole °C; `null`: there is no sensor, or it does not answer. */
  read(): Promise<number | null>;
}

/** @param sysClass such as `/sys/class` */
export function createThermometer(sysClass: string): Thermometer {
  let sensor: string | null = null;
  return {
    async read() {
      sensor ??= (await findZone(join(sysClass, 'thermal'))) ?? (await findMonitor(join(sysClass, 'hwmon')));
      const celsius = sensor === null ? null : await readSensor(sensor);
      // Drivers come and go: it is looked for again.
      if (celsius === null) sensor = null;
      return celsius;
    },
  };
}

const ZONE = /^thermal_zone(\d+)$/;
/** Types of the zones that are the processor's, on the device families that are known. */
const CPU_ZONE = /cpu|soc|pkg|core/i;
const CPU_MONITORS: readonly (string | null)[] = ['coretemp', 'k10temp', 'zenpower', 'cpu_thermal'];
/** Absolute zero to the melting point of solder; a broken sensor tells more. */
const POSSIBLE = { from: -273, to: 250 } as const;

/** The first zone of the processor that answers, else the first one that does. */
async function findZone(directory: string): Promise<string | null> {
  const zones = await Promise.all(
    (await entries(directory))
      .filter((name) => ZONE.test(name))
      .map(async (name) => ({
        number: Number(ZONE.exec(name)?.[1]),
        isCpu: CPU_ZONE.test((await hostText(join(directory, name, 'type'))) ?? ''),
        sensor: join(directory, name, 'temp'),
      })),
  );
  return firstThatAnswers(
    zones.sort((a, b) => Number(b.isCpu) - Number(a.isCpu) || a.number - b.number).map(({ sensor }) => sensor),
  );
}

async function findMonitor(directory: string): Promise<string | null> {
  const monitors: string[] = [];
  for (const name of (await entries(directory)).sort()) {
    if (CPU_MONITORS.includes(await hostText(join(directory, name, 'name')))) {
      monitors.push(join(directory, name, 'temp1_input'));
    }
  }
  return firstThatAnswers(monitors);
}

async function firstThatAnswers(sensors: readonly string[]): Promise<string | null> {
  for (const sensor of sensors) if ((await readSensor(sensor)) !== null) return sensor;
  return null;
}

async function readSensor(path: string): Promise<number | null> {
  const text = await hostText(path);
  const celsius = text === null ? Number.NaN : Math.round(Number(text) / 1_000);
  return celsius > POSSIBLE.from && celsius < POSSIBLE.to ? celsius : null;
}

async function entries(directory: string): Promise<string[]> {
  const [names] = await Promise.allSettled([readdir(directory)]);
  return names.status === 'fulfilled' ? names.value : [];
}

import type { HealthDetail } from '@device-supervisor/api-client';
import { formatAge, formatHindrances } from './format-state.ts';
import { plainText } from './format-table.ts';
import type { Paint } from './paint.ts';

/** Whether the supervisor works, and what of the device does not, with what to do about it. */
export function formatHealth(health: HealthDetail, paint: Paint): string[] {
  const { healthy, ready, problems, conditions, version, uptimeSeconds, localMode } = health;
  return [
    healthy
      ? paint('green', ready ? 'The supervisor works' : 'The supervisor works, without its engine')
      : paint('red', 'The supervisor does not work: restart it'),
    `  version ${plainText(version)}, up for ${formatAge(uptimeSeconds * 1000)}${localMode ? ', in local mode' : ''}`,
    `  engine ${connection(health.engineConnected)}, cloud ${connection(health.cloudConnected)}`,
    ...problems.map((problem) => paint('red', `  ${plainText(problem)}`)),
    ...conditions.flatMap(({ component, message, remedy }) => [
      '',
      `${paint('yellow', plainText(component))}  ${plainText(message)}`,
      `  ${paint('dim', 'remedy:')} ${plainText(remedy)}`,
    ]),
    ...formatHindrances(health, paint),
  ];
}

function connection(connected: boolean | null): string {
  return connected === null ? 'not looked at' : connected ? 'connected' : 'not connected';
}

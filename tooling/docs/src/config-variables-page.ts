import { BOOT_VARIABLE_KINDS, CONFIG_VARIABLES } from '@device-supervisor/device';

/** The page `docs/config-variables.md`, from the table. */
export function configVariablesPage(): string {
  const settings = Object.values(CONFIG_VARIABLES).map(
    ({ name, aliases = [], configJson, type, default: value, needsReboot, description }) => [
      [name, ...aliases].map(code).join(', '),
      type.description,
      code(String(value)),
      configJson === undefined ? '' : code(configJson),
      needsReboot ? 'yes' : 'no',
      description,
    ],
  );
  const boot = BOOT_VARIABLE_KINDS.map(({ name, devices, needsReboot, description }) => [
    code(name),
    devices,
    needsReboot ? 'yes' : 'no',
    description,
  ]);
  return `${INTRODUCTION}
## Supervisor and host

${table(['variable', 'value', 'default', 'key of config.json', 'reboot', 'what it does'], settings)}

## Boot configuration

${BOOT_INTRODUCTION}

${table(['variable', 'devices', 'reboot', 'what it is'], boot)}
`;
}

const INTRODUCTION = `# Config variables

Generated from \`packages/device/src/settings/config-variables.ts\` by \`npm run docs:config\`; not edited by hand.

A fleet or device is configured by variables. Their names have the prefix \`BALENA_\`, the older \`RESIN_\`, or none; where
several are given, they win in this order. They are applied before the apps. A value that cannot be used is ignored with
a line in the log, and the default applies. Some have a key of config.json, which takes the place of the default. A change that needs a reboot takes effect when nothing else is left to do and
no update lock is held: then the device reboots.
`;

const BOOT_INTRODUCTION = `A value stays until a target names the variable; one that a target had and has no more is removed. Which values
there are, and where they are kept: [boot-config](../packages/boot-config/README.md).`;

function code(text: string): string {
  return `\`${text}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The limits for the costs of installing and importing a package. */
export interface Budget {
  /** Packages besides those of this workspace. */
  readonly foreignPackages: number;
  /** Megabytes on the disk, with everything that it depends on. */
  readonly installed: number;
  /** Megabytes of memory that importing it adds. */
  readonly imported: number;
  /** Names that its main entry point exports, types included. */
  readonly names: number;
}

/**
 * The figures of November 2026, and room for other versions of dependencies and of Node.js: a quarter on the disk, two
 * fifths in memory. A package that needs more says in its README what for.
 */
export const BUDGETS: Readonly<Record<string, Budget>> = {
  api: { foreignPackages: 19, installed: 24, imported: 72, names: 60 },
  'api-client': { foreignPackages: 3, installed: 2, imported: 13, names: 36 },
  'boot-config': { foreignPackages: 1, installed: 1, imported: 33, names: 14 },
  cloud: { foreignPackages: 8, installed: 13, imported: 60, names: 34 },
  compose: { foreignPackages: 4, installed: 11, imported: 41, names: 155 },
  'compose-project': { foreignPackages: 2, installed: 10, imported: 45, names: 23 },
  'config-json': { foreignPackages: 2, installed: 9, imported: 39, names: 19 },
  device: { foreignPackages: 4, installed: 12, imported: 46, names: 69 },
  'durable-file': { foreignPackages: 0, installed: 1, imported: 17, names: 15 },
  engine: { foreignPackages: 32, installed: 25, imported: 70, names: 27 },
  errors: { foreignPackages: 0, installed: 1, imported: 10, names: 9 },
  firewall: { foreignPackages: 4, installed: 12, imported: 13, names: 13 },
  'host-config': { foreignPackages: 1, installed: 9, imported: 37, names: 30 },
  'host-facts': { foreignPackages: 4, installed: 12, imported: 35, names: 22 },
  journal: { foreignPackages: 0, installed: 1, imported: 13, names: 12 },
  'local-engine': { foreignPackages: 1, installed: 9, imported: 49, names: 26 },
  lockfile: { foreignPackages: 1, installed: 1, imported: 17, names: 25 },
  logs: { foreignPackages: 0, installed: 1, imported: 11, names: 19 },
  primitives: { foreignPackages: 0, installed: 1, imported: 10, names: 10 },
  registry: { foreignPackages: 4, installed: 12, imported: 59, names: 13 },
  state: { foreignPackages: 1, installed: 9, imported: 35, names: 40 },
  store: { foreignPackages: 6, installed: 47, imported: 45, names: 20 },
  systemd: { foreignPackages: 28, installed: 3, imported: 19, names: 26 },
  'update-locks': { foreignPackages: 0, installed: 1, imported: 10, names: 16 },
  views: { foreignPackages: 4, installed: 2, imported: 12, names: 27 },
};

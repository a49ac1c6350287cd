export {
  createInMemorySystemd,
  type InMemorySystemd,
  type InMemorySystemdOptions,
  type InMemoryUnit,
} from './in-memory-systemd.ts';

export { createFaultyFileSystem, type Fault, type FaultyFileSystem } from './faulty-file-system.ts';
export {
  createPowerCutDisk,
  type DiskFile,
  type DiskKind,
  type DiskState,
  type PowerCutDisk,
} from './power-cut-disk.ts';

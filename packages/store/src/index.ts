export { openStore, type Recovery, type Store, type StoreOptions } from './open-store.ts';
export { takeExclusiveUse } from './exclusive-use.ts';
export type { StoreFault } from './keeper.ts';
export type { ApiKeyRepository, ApiKeyScope } from './api-key-repository.ts';
export type { ImageRepository } from './image-repository.ts';
export type { LocalModeRepository } from './local-mode-repository.ts';
export type { SettingRepository } from './setting-repository.ts';
export type { TargetRepository } from './target-repository.ts';
export type { TargetSource } from './schema.ts';
export {
  StoreDamagedError,
  StoreInUseError,
  StoreOpenError,
  StoreTooNewError,
  StoreWriteError,
  type StoreWriteFault,
} from './errors.ts';

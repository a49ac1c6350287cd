export { openStore, type StoreOptions } from './open-store.ts';
export { takeExclusiveUse } from './exclusive-use.ts';
export type {
  ApiKeyRepository,
  ApiKeyScope,
  ImageRepository,
  Recovery,
  SettingRepository,
  Store,
  StoreFault,
  TargetRepository,
  TargetSource,
} from './store.ts';
export { StoreDamagedError, StoreInUseError, StoreOpenError, StoreTooNewError, StoreWriteError } from './errors.ts';

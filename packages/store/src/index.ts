export { openStore, type Store } from './open-store.ts';
export { takeExclusiveUse } from './exclusive-use.ts';

export type { ApiKeyRepository } from './api-key-repository.ts';

export type { SettingRepository } from './setting-repository.ts';

export type { TargetSource } from './schema.ts';
export { StoreDamagedError, StoreInUseError, StoreOpenError, StoreTooNewError, StoreWriteError } from './errors.ts';

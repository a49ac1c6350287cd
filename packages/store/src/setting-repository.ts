import { eq } from './query-builder.ts';
import type { Query } from './query.ts';
import { settings } from './schema.ts';
import type { SettingRepository } from './store.ts';

export function createSettingRepository(query: Query): SettingRepository {
  return {
    get(name) {
      const row = query.read((database) => database.select().from(settings).where(eq(settings.name, name)).get());
      return row?.value ?? null;
    },
    set(name, value) {
      query.change((database) =>
        database
          .insert(settings)
          .values({ name, value })
          .onConflictDoUpdate({ target: settings.name, set: { value } })
          .run(),
      );
    },
    delete(name) {
      query.change((database) => database.delete(settings).where(eq(settings.name, name)).run());
    },
  };
}

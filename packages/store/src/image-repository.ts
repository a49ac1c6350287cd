import type { ImageRecord } from '@device-supervisor/compose';
import { and, eq } from './query-builder.ts';
import type { Query } from './query.ts';
import { imageRecords } from './schema.ts';
import type { ImageRepository } from './store.ts';

export function createImageRepository(query: Query): ImageRepository {
  /** The database is ours alone, so what was read from it stays true until we change it; every plan reads it. */
  let known: readonly ImageRecord[] | null = null;
  return {
    async save({ reference, appId, serviceName, appUuid, serviceId, imageId, releaseId, commit }) {
      const values = { appUuid, serviceId, imageId, releaseId, commit };
      await query.changeTogether((database) => {
        known = null;
        database
          .insert(imageRecords)
          .values({ reference, appId, serviceName, ...values })
          .onConflictDoUpdate({
            target: [imageRecords.reference, imageRecords.appId, imageRecords.serviceName],
            set: values,
          })
          .run();
      });
    },
    async forget(reference, appId) {
      await query.changeTogether((database) => {
        known = null;
        database
          .delete(imageRecords)
          .where(and(eq(imageRecords.reference, reference), eq(imageRecords.appId, appId)))
          .run();
      });
    },
    list() {
      known ??= query.read((database) =>
        database
          .select()
          .from(imageRecords)
          .orderBy(imageRecords.appId, imageRecords.serviceName, imageRecords.reference)
          .all(),
      );
      return known;
    },
  };
}

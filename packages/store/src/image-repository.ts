import { and, eq } from './query-builder.ts';
import type { Query } from './query.ts';
import { imageRecords } from './schema.ts';
import type { ImageRepository } from './store.ts';

export function createImageRepository(query: Query): ImageRepository {
  return {
    async save({ reference, appId, serviceName, appUuid, serviceId, imageId, releaseId, commit }) {
      const values = { appUuid, serviceId, imageId, releaseId, commit };
      await query.changeTogether((database) =>
        database
          .insert(imageRecords)
          .values({ reference, appId, serviceName, ...values })
          .onConflictDoUpdate({
            target: [imageRecords.reference, imageRecords.appId, imageRecords.serviceName],
            set: values,
          })
          .run(),
      );
    },
    async forget(reference, appId) {
      await query.changeTogether((database) =>
        database
          .delete(imageRecords)
          .where(and(eq(imageRecords.reference, reference), eq(imageRecords.appId, appId)))
          .run(),
      );
    },
    list() {
      return query.read((database) =>
        database
          .select()
          .from(imageRecords)
          .orderBy(imageRecords.appId, imageRecords.serviceName, imageRecords.reference)
          .all(),
      );
    },
  };
}

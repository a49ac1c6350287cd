import { imageFinder } from '@device-supervisor/compose';
import type { TargetApp, TargetService, TargetState } from '@device-supervisor/state';
import type { DeviceEngine } from '../ports.ts';

/**
 * Adds to each service of a target the content that its image's name stands for on the engine now. A developer's build
 * moves the name: what runs changes when the next target is set, and not before. Images that the engine lacks are pulled
 * by their name later.
 */
export async function pinImages(target: TargetState, engine: Pick<DeviceEngine, 'observe'>): Promise<TargetState> {
  const images = await engine.observe({ imageReferences: [], trustEvents: true, listImages: true }).then(
    (snapshot) => snapshot.images,
    // The engine is away. The loop reports that; the names count until another target is set.
    () => [],
  );
  const findImage = imageFinder(images);
  const pin = (service: TargetService): TargetService => {
    const image = findImage(service.image);
    return image === undefined ? service : { ...service, contentId: image.id };
  };
  return { ...target, apps: mapValues(target.apps, (app) => pinApp(app, pin)) };
}

function pinApp(app: TargetApp, pin: (service: TargetService) => TargetService): TargetApp {
  if (app.release === null) return app;
  return { ...app, release: { ...app.release, services: mapValues(app.release.services, pin) } };
}

function mapValues<T>(values: Readonly<Record<string, T>>, map: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}

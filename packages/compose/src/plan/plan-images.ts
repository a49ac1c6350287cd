import type { TargetApp, TargetRelease, TargetService } from '@device-supervisor/state';
import type { ImageRecord } from '../execute/ports.ts';
import type { ObservedContainer } from '../observed.ts';
import { canonicalReference } from './find-image.ts';
import type { PlanDraft } from './plan-draft.ts';
import type { PlanContext } from './plan-input.ts';
import { removeContainerId } from './plan-networks.ts';

export interface ImageContext {
  readonly app: TargetApp;
  readonly release: TargetRelease;
  readonly input: PlanContext;
  readonly draft: PlanDraft;
  /** Containers that go before the image comes, to have room for it. */
  readonly departures: Departures | null;
}

/** What goes before an image comes. */
export interface Departures {
  readonly containers: readonly ObservedContainer[];
  /** Their images as well, once nothing else needs them. */
  readonly withImages: boolean;
}

/** Fetches a service's image if the engine does not have it, and writes down that we need it. */
export function planImage(
  service: TargetService,
  { app, release, input, draft, departures }: ImageContext,
): { readonly pull: string | null } {
  const image = input.findImage(service.image);
  const pull =
    image !== undefined
      ? null
      : draft.add(
          {
            kind: 'pull-image',
            id: pullImageId(service.image),
            dependsOn: departures?.containers.map(removeContainerId) ?? [],
            cause: `service ${service.name} needs it`,
            appId: app.id,
            service: service.name,
            reference: service.image,
            // What is removed to make room is no source of it.
            deltaSource: departures?.withImages === true ? null : deltaSourceOf(service, app, input),
          },
          departures?.withImages === true ? imageRemovalIds(departures.containers, app, input) : [],
        );
  const record = recordOf(service, app, release);
  const isForeign =
    image !== undefined && input.policy.foreignImages.has(image.id) && !isRecorded(service.image, input);
  if (!isForeign && !input.images.some((known) => isSameRecord(known, record))) {
    draft.add({
      kind: 'save-image',
      id: `save-image ${service.image} for ${app.id}/${service.name}`,
      dependsOn: pull === null ? [] : [pull],
      cause: `service ${service.name} of release ${release.commit} needs it`,
      appId: app.id,
      service: service.name,
      record,
    });
  }
  return { pull };
}

function isRecorded(reference: string, { images }: PlanContext): boolean {
  return images.some((record) => record.reference === reference);
}

/** Of images that the app alone uses: no app waits until another one has no use for an image any more. */
function imageRemovalIds(
  containers: readonly ObservedContainer[],
  app: TargetApp,
  { images, snapshot }: PlanContext,
): string[] {
  const references = new Set(containers.map(({ imageReference }) => canonicalReference(imageReference)));
  for (const { identity, imageReference } of snapshot.containers) {
    if (identity?.appId !== app.id) references.delete(canonicalReference(imageReference));
  }
  return images
    .filter(({ reference }) => references.has(canonicalReference(reference)))
    .map(({ reference }) => removeImageId(reference));
}

/** Removes what we put on the engine once neither the target nor a container needs it. */
export function planImageRemoval(input: PlanContext, draft: PlanDraft): void {
  for (const record of input.images) {
    if (isWanted(record, input)) continue;
    const users = input.snapshot.containers.filter(
      ({ imageReference }) => canonicalReference(imageReference) === canonicalReference(record.reference),
    );
    if (users.some((container) => !draft.has(removeContainerId(container)))) continue;
    const dependsOn = [...users.map(removeContainerId), ...pullsBasedOn(record.reference, draft)];
    const image = input.findImage(record.reference);
    if (!input.policy.keepImages && image !== undefined && !isReferenceWanted(record.reference, input)) {
      // The engine would refuse. We remember it, and remove it when they are done with it.
      if (image.usedByOthers === true) continue;
      dependsOn.push(
        draft.add({
          kind: 'remove-image',
          id: removeImageId(record.reference),
          dependsOn: [...dependsOn],
          cause: 'nothing needs it any more',
          appId: record.appId,
          service: record.serviceName,
          reference: record.reference,
        }),
      );
    }
    draft.add({
      kind: 'forget-image',
      id: `forget-image ${record.reference} for ${record.appId}`,
      dependsOn,
      cause: 'nothing needs it any more',
      appId: record.appId,
      service: record.serviceName,
      reference: record.reference,
    });
  }
}

function removeImageId(reference: string): string {
  return `remove-image ${reference}`;
}

/**
 * Removes images that nothing names any more, with the last container that was made from them: such as one that was built
 * or pulled again under its name. Others without a name are not ours to remove.
 */
export function planUnnamedImageRemoval({ snapshot }: PlanContext, draft: PlanDraft): void {
  const named = new Set(snapshot.images.map(({ id }) => id));
  const users = Map.groupBy(snapshot.containers, ({ imageId }) => imageId);
  for (const [imageId, containers] of users) {
    const [first] = containers;
    const removals = containers.map(removeContainerId);
    if (first === undefined || named.has(imageId) || !removals.every((id) => draft.has(id))) continue;
    draft.add({
      kind: 'remove-image',
      id: removeImageId(imageId),
      dependsOn: removals,
      cause: 'nothing names it any more',
      appId: first.identity?.appId ?? null,
      service: first.identity?.serviceName ?? null,
      reference: imageId,
    });
  }
}

export function pullImageId(reference: string): string {
  return `pull-image ${reference}`;
}

/** The image that differs least from the one to come, as far as can be told: the service's own before the app's others. */
function deltaSourceOf(service: TargetService, app: TargetApp, input: PlanContext): string | null {
  if (!input.policy.useDeltas) return null;
  const candidates = input.images.filter(
    ({ appId, reference }) =>
      appId === app.id && reference !== service.image && input.findImage(reference) !== undefined,
  );
  const own = candidates.findLast(({ serviceName }) => serviceName === service.name);
  return (own ?? candidates.at(-1))?.reference ?? null;
}

/** Downloads that need the image: it stays until they are done, but for those that wait for the very room it takes. */
function pullsBasedOn(reference: string, draft: PlanDraft): string[] {
  return draft
    .operations()
    .flatMap((operation) =>
      operation.kind === 'pull-image' && operation.deltaSource === reference && !draft.isWithheld(operation.id)
        ? [operation.id]
        : [],
    );
}

/** By any app, also one that has not claimed it yet. */
function isReferenceWanted(reference: string, { target }: PlanContext): boolean {
  const wanted = canonicalReference(reference);
  return Object.values(target.apps).some(({ release }) =>
    Object.values(release?.services ?? {}).some(({ image }) => canonicalReference(image) === wanted),
  );
}

function isWanted(record: ImageRecord, { target }: PlanContext): boolean {
  return Object.values(target.apps).some(
    (app) =>
      app.id === record.appId &&
      Object.values(app.release?.services ?? {}).some(({ image }) => image === record.reference),
  );
}

function recordOf(service: TargetService, app: TargetApp, release: TargetRelease): ImageRecord {
  return {
    reference: service.image,
    appId: app.id,
    appUuid: app.uuid,
    serviceId: service.id,
    serviceName: service.name,
    imageId: service.imageId,
    releaseId: release.id,
    commit: release.commit,
  };
}

function isSameRecord(a: ImageRecord, b: ImageRecord): boolean {
  return (
    a.reference === b.reference &&
    a.appId === b.appId &&
    a.appUuid === b.appUuid &&
    a.serviceId === b.serviceId &&
    a.serviceName === b.serviceName &&
    a.imageId === b.imageId &&
    a.releaseId === b.releaseId &&
    a.commit === b.commit
  );
}

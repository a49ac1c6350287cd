import type { TargetService } from '@device-supervisor/state';
import type { ImageRecord } from '../execute/ports.ts';
import { canonicalReference } from '../image-reference.ts';
import type { AppPlan } from './app-plan.ts';
import type { ServiceDecision } from './decide.ts';
import { addTo, type DevicePlan } from './device-plan.ts';
import type { Draft, PlanNode } from './graph.ts';

const UNUSED = 'nothing needs it any more';

/** Downloads for which no container makes room. The locks are taken when they are done. */
export function planDownloads(plan: AppPlan): void {
  for (const decision of downloadsOf(plan)) {
    if (roomFor(decision, plan) !== null) continue;
    const pull = planImage(decision, plan, NO_ROOM);
    if (pull !== null) plan.downloads.push(pull);
  }
}

/**
 * Downloads after the containers that make room for them.
 *
 * @param withImages plans those that also come after the old image, or the others
 */
export function planDownloadsIntoRoom(plan: AppPlan, withImages: boolean): void {
  for (const decision of downloadsOf(plan)) {
    const room = roomFor(decision, plan);
    if (room?.withImages === withImages) planImage(decision, plan, room);
  }
}

function downloadsOf({ requestsOnly, services }: AppPlan): readonly ServiceDecision[] {
  if (requestsOnly) return [];
  return services.filter(({ action }) => action.kind !== 'hold' || action.blocked === null);
}

/** What goes before an image comes. */
interface Room {
  readonly removals: readonly (PlanNode | undefined)[];
  /** References of the images that go as well. */
  readonly oldImages: readonly string[];
  readonly withImages: boolean;
}

const NO_ROOM: Room = { removals: [], oldImages: [], withImages: false };

/** `null`: a service that needs the image does not want its container stopped for the download. */
function roomFor({ spec }: ServiceDecision, { device, id, services }: AppPlan): Room | null {
  const { image } = spec.service;
  if (device.damagedImages.has(image)) return NO_ROOM;
  // Another app neither waits for the locks of this one, nor for its containers.
  if (device.appsByImage.get(canonicalReference(image))?.some((other) => other.id !== id)) return null;
  const users = services.filter((one) => one.spec.service.image === image);
  const containers = users.flatMap(({ current, action }) =>
    current !== null && action.kind === 'replace' && (action.order === 'kill-first' || action.order === 'delete-first')
      ? [current]
      : [],
  );
  if (containers.length < users.length) return null;
  const withImages = users.some(({ action }) => action.kind === 'replace' && action.order === 'delete-first');
  // An image that another app uses stays: no app waits for another one here.
  const references = containers
    .map(({ imageReference }) => canonicalReference(imageReference))
    .filter((reference) => device.containersByImage.get(reference)?.every(({ identity }) => identity?.appId === id));
  const oldImages = withImages ? references.flatMap((reference) => device.recordedAs.get(reference) ?? []) : [];
  return { removals: containers.map((container) => device.removals.get(container.id)), oldImages, withImages };
}

/** Fetches a service's image if the engine lacks it, and records that we need it. */
function planImage({ spec: { service } }: ServiceDecision, plan: AppPlan, room: Room): PlanNode | null {
  const { device, draft, id: appId, release } = plan;
  const image = device.imageOf(service);
  const isMissing = image === undefined && service.contentId === undefined;
  const pull = isMissing ? (device.pulls.get(service.image) ?? planPull(service, plan, room)) : null;
  const record = recordOf(service, plan);
  const known = device.recordsByReference.get(service.image) ?? [];
  const isForeign = image !== undefined && known.length === 0 && device.input.policy.foreignImages.has(image.id);
  if (!isForeign && !known.some((one) => isSameRecord(one, record))) {
    draft.add(
      {
        kind: 'save-image',
        id: `save-image ${service.image} for ${appId}/${service.name}`,
        cause: `service ${service.name} of release ${release.commit} needs it`,
        appId,
        service: service.name,
        record,
      },
      { needs: [pull] },
    );
  }
  return pull;
}

function planPull(service: TargetService, plan: AppPlan, room: Room): PlanNode {
  const { device, draft, id: appId } = plan;
  // An image that is removed to make room cannot be the base of a delta.
  const deltaSource = room.withImages ? null : deltaSourceOf(service, plan);
  const repair = device.damagedImages.has(service.image) ? removeDamaged(service, plan) : null;
  const pull = draft.add(
    {
      kind: 'pull-image',
      id: `pull-image ${service.image}`,
      cause: `service ${service.name} needs it`,
      appId,
      service: service.name,
      reference: service.image,
      deltaSource,
    },
    {
      needs: [...room.removals, repair],
      follows: room.oldImages.map((reference) => device.imageRemovals.get(reference)),
    },
  );
  device.pulls.set(service.image, pull);
  if (deltaSource !== null) addTo(device.pullsByDeltaSource, deltaSource, pull);
  return pull;
}

/** Removes a damaged image, so that a download replaces it instead of finding its layers there. */
function removeDamaged({ image, name }: TargetService, { device, draft, id: appId }: AppPlan): PlanNode {
  const users = device.containersByImage.get(canonicalReference(image)) ?? [];
  const removal = draft.add(
    {
      kind: 'remove-image',
      id: `remove-image ${image}`,
      cause: 'it is damaged',
      appId,
      service: name,
      reference: image,
    },
    { needs: users.map(({ id }) => device.removals.get(id)) },
  );
  const user = users.find(({ id }) => !device.removals.has(id));
  if (user !== undefined) {
    const message = `image ${image} is damaged, and is downloaded again when container ${user.name} no longer uses it`;
    draft.hold(removal, { appId, service: name, reason: 'dependency', message });
  }
  return removal;
}

/** The image that probably differs least from the new one: of the service before others of the app. */
function deltaSourceOf(service: TargetService, { device, id }: AppPlan): string | null {
  if (!device.input.policy.useDeltas) return null;
  const candidates = (device.recordsByApp.get(id) ?? []).filter(
    ({ reference }) => reference !== service.image && device.findImage(reference) !== undefined,
  );
  const own = candidates.findLast(({ serviceName }) => serviceName === service.name);
  return (own ?? candidates.at(-1))?.reference ?? null;
}

/**
 * Removes the images that we put on the engine and that neither the target nor a container needs. Those whose containers are
 * removed later are left to the next call.
 */
export function planUnusedImages(device: DevicePlan, draft: Draft): void {
  const { images, policy, target } = device.input;
  const wanted = new Set(
    Object.values(target.apps).flatMap(({ id, release }) =>
      Object.values(release?.services ?? {}).map(({ image }) => `${id} ${image}`),
    ),
  );
  for (const { reference, appId, serviceName: service } of images) {
    if (wanted.has(`${appId} ${reference}`)) continue;
    const canonical = canonicalReference(reference);
    const removals = (device.containersByImage.get(canonical) ?? []).map(({ id }) => device.removals.get(id));
    if (removals.includes(undefined)) continue;
    const basedOn = (device.pullsByDeltaSource.get(reference) ?? []).filter((pull) => !device.graph.isHeld(pull));
    const needs = [...removals, ...basedOn];
    const image = device.findImage(reference);
    let removal: PlanNode | null = null;
    if (!policy.keepImages && image !== undefined && !device.appsByImage.has(canonical)) {
      // The engine would refuse. The record stays, so that the image is removed later.
      if (image.usedByOthers === true) continue;
      removal = draft.add(
        { kind: 'remove-image', id: `remove-image ${reference}`, cause: UNUSED, appId, service, reference },
        { needs },
      );
      device.imageRemovals.set(reference, removal);
    }
    const id = `forget-image ${reference} for ${appId}`;
    draft.add({ kind: 'forget-image', id, cause: UNUSED, appId, service, reference }, { needs: [...needs, removal] });
  }
}

/**
 * Removes images without a name, such as one that was built or pulled again, with the last container that was made from
 * them. Other images without a name are not ours to remove.
 */
export function planUnnamedImages({ input: { snapshot, target }, removals }: DevicePlan, draft: Draft): void {
  const named = snapshot.images.filter(({ tags, digests }) => tags.length > 0 || digests.length > 0);
  const wanted = Object.values(target.apps).flatMap(({ release }) =>
    Object.values(release?.services ?? {}).map(({ contentId }) => contentId),
  );
  const kept = new Set([...named.map(({ id }) => id), ...wanted]);
  for (const [imageId, users] of Map.groupBy(snapshot.containers, (container) => container.imageId)) {
    const needs = users.map(({ id }) => removals.get(id));
    if (kept.has(imageId) || needs.includes(undefined)) continue;
    draft.add(
      {
        kind: 'remove-image',
        id: `remove-image ${imageId}`,
        cause: 'nothing names it any more',
        appId: users[0]?.identity?.appId ?? null,
        service: users[0]?.identity?.serviceName ?? null,
        reference: imageId,
      },
      { needs },
    );
  }
}

function recordOf(service: TargetService, { id, target, release }: AppPlan): ImageRecord {
  return {
    reference: service.image,
    appId: id,
    appUuid: target?.uuid ?? '',
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

import type { TargetService } from '@device-supervisor/state';
import type { ImageRecord } from '../execute/ports.ts';
import { canonicalReference } from '../image-reference.ts';
import { addTo } from '../decide/indexed-input.ts';
import type { ServiceDecision } from '../decide/services.ts';
import type { ObservedImage } from '../observed.ts';
import type { PlanPolicy } from '../plan-input.ts';
import type { Draft, PlanNode } from './graph.ts';
import type { AppPlanner, DevicePlanner } from './planner.ts';

const UNUSED = 'nothing needs it any more';

/** Downloads that no container is removed for. The locks are taken when they are done. */
export function planDownloads(app: AppPlanner): void {
  for (const decision of downloadsOf(app)) {
    if (removalsBefore(decision, app) !== null) continue;
    const pull = planImage(decision, app, NO_REMOVALS);
    if (pull !== null) app.downloads.push(pull);
  }
}

/** Downloads after the removal of the old containers alone, or of the old containers and images. */
export function planDownloadsAfterRemovals(app: AppPlanner, last: Removals['last']): void {
  for (const decision of downloadsOf(app)) {
    const removals = removalsBefore(decision, app);
    if (removals?.last === last) planImage(decision, app, removals);
  }
}

function downloadsOf({ decision: { requestsOnly, services } }: AppPlanner): readonly ServiceDecision[] {
  if (requestsOnly) return [];
  return [...services.values()].filter(({ action }) => action.kind !== 'hold' || action.blocked === null);
}

/** Removals that free the disk before an image is downloaded. */
interface Removals {
  readonly last: 'containers' | 'images';
  readonly containers: readonly (PlanNode | undefined)[];
  /** References. */
  readonly images: readonly string[];
}

const NO_REMOVALS: Removals = { last: 'containers', containers: [], images: [] };

/** `null`: a service that needs the image does not want its container stopped for the download. */
function removalsBefore({ spec }: ServiceDecision, { input, device, id, decision }: AppPlanner): Removals | null {
  const { image } = spec.service;
  if (input.damagedImages.has(image)) return NO_REMOVALS;
  // Another app neither waits for the locks of this one, nor for its containers.
  if (input.appsByImage.get(canonicalReference(image))?.some((other) => other.id !== id)) return null;
  const users = [...decision.services.values()].filter((one) => one.spec.service.image === image);
  const containers = users.flatMap(({ current, action }) =>
    current !== null && action.kind === 'replace' && (action.order === 'kill-first' || action.order === 'delete-first')
      ? [current]
      : [],
  );
  if (containers.length < users.length) return null;
  const removals = containers.map((container) => device.removals.get(container.id));
  const deletesImages = users.some(({ action }) => action.kind === 'replace' && action.order === 'delete-first');
  if (!deletesImages) return { last: 'containers', containers: removals, images: [] };
  // An image that another app uses stays: no app waits for another one here.
  const references = containers
    .map(({ imageReference }) => canonicalReference(imageReference))
    .filter((reference) => input.containersByImage.get(reference)?.every(({ identity }) => identity?.appId === id));
  const images = references.flatMap((reference) => input.recordedAs.get(reference) ?? []);
  return { last: 'images', containers: removals, images };
}

/** Fetches a service's image if the engine lacks it, and records that we need it. */
function planImage({ spec: { service } }: ServiceDecision, app: AppPlanner, removals: Removals): PlanNode | null {
  const { device, draft, input, decision, id: appId } = app;
  const image = input.imageOf(service);
  const isMissing = image === undefined && service.contentId === undefined;
  const pull = isMissing ? (device.pulls.get(service.image) ?? planPull(service, app, removals)) : null;
  const record = recordOf(service, app);
  const known = input.recordsByReference.get(service.image) ?? [];
  const isForeign = image !== undefined && known.length === 0 && input.policy.foreignImages.has(image.id);
  if (!isForeign && !known.some((one) => isSameRecord(one, record))) {
    draft.add(
      {
        kind: 'save-image',
        id: `save-image ${service.image} for ${appId}/${service.name}`,
        cause: `service ${service.name} of release ${decision.release.commit} needs it`,
        appId,
        service: service.name,
        record,
      },
      { needs: [pull] },
    );
  }
  return pull;
}

function planPull(service: TargetService, app: AppPlanner, removals: Removals): PlanNode {
  const { device, draft, id: appId } = app;
  // An image that is removed before cannot be the base of a delta.
  const deltaSource = removals.last === 'images' ? null : deltaSourceOf(service, app);
  const repairs = app.input.damagedImages.has(service.image) ? (device.damageRemovals ??= removeDamaged(app)) : [];
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
      needs: [...removals.containers, ...repairs],
      follows: removals.images.map((reference) => device.imageRemovals.get(reference)),
    },
  );
  device.pulls.set(service.image, pull);
  if (deltaSource !== null) addTo(device.pullsByDeltaSource, deltaSource, pull);
  return pull;
}

/** Removes the damaged images, so that a download replaces them instead of finding their layers there. */
function removeDamaged({ device, draft, input, id: appId }: AppPlanner): PlanNode[] {
  const wanted = new Map([...input.damagedImages].map((reference) => [canonicalReference(reference), reference]));
  // Others keep the layers that they share with one of these, too.
  for (const reference of input.policy.damagedImages) {
    if (input.findAny(reference) !== undefined && !wanted.has(reference)) wanted.set(reference, reference);
  }
  return [...wanted].map(([canonical, reference]) => {
    const users = input.containersByImage.get(canonical) ?? [];
    const owner = input.appsByImage.get(canonical)?.[0]?.id ?? appId;
    const removal = draft.add(
      {
        kind: 'remove-image',
        id: `remove-image ${reference}`,
        cause: 'it is damaged',
        appId: owner,
        service: null,
        reference,
      },
      { needs: users.map(({ id }) => device.removals.get(id)) },
    );
    const user = users.find(({ id }) => !device.removals.has(id));
    if (user !== undefined) {
      const message = `image ${reference} is damaged, and is downloaded again when container ${user.name} no longer uses it`;
      draft.hold(removal, { appId: owner, service: user.identity?.serviceName ?? null, reason: 'dependency', message });
    }
    return removal;
  });
}

/** The image that probably differs least from the new one: of the service before others of the app. */
function deltaSourceOf(service: TargetService, { input, id }: AppPlanner): string | null {
  if (!input.policy.useDeltas) return null;
  const candidates = (input.recordsByApp.get(id) ?? []).filter(
    ({ reference }) => reference !== service.image && input.findImage(reference) !== undefined,
  );
  const own = candidates.findLast(({ serviceName }) => serviceName === service.name);
  return (own ?? candidates.at(-1))?.reference ?? null;
}

/**
 * Removes the images that we put on the engine and that neither the target nor a container needs. Those whose containers are
 * removed later are left to the next call.
 */
export function planUnusedImages(device: DevicePlanner, draft: Draft): void {
  const { input } = device;
  const { images, policy, target } = input;
  const wanted = new Set(
    Object.values(target.apps).flatMap(({ id, release }) =>
      Object.values(release?.services ?? {}).map(({ image }) => `${id} ${image}`),
    ),
  );
  for (const { reference, appId, serviceName: service } of images) {
    if (wanted.has(`${appId} ${reference}`)) continue;
    const canonical = canonicalReference(reference);
    const removals = (input.containersByImage.get(canonical) ?? []).map(({ id }) => device.removals.get(id));
    if (removals.includes(undefined)) continue;
    const basedOn = (device.pullsByDeltaSource.get(reference) ?? []).filter((pull) => !device.graph.isHeld(pull));
    const needs = [...removals, ...basedOn];
    const image = input.findImage(reference);
    let removal: PlanNode | null = null;
    if (image !== undefined && !isKept(image, policy) && !input.appsByImage.has(canonical)) {
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

function isKept({ builtHere }: ObservedImage, { keepImages }: PlanPolicy): boolean {
  return keepImages === 'all' || (keepImages === 'built here' && builtHere === true);
}

/**
 * Removes images without a name, such as one that was built or pulled again, with the last container that was made from
 * them. Other images without a name are not ours to remove.
 */
export function planUnnamedImages({ input: { snapshot, target }, removals }: DevicePlanner, draft: Draft): void {
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

function recordOf(service: TargetService, { id, decision: { target, release } }: AppPlanner): ImageRecord {
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

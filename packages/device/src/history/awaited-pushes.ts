import { imageFinder, serviceKey, type EngineSnapshot } from '@device-supervisor/compose';
import { formatContainerName, type TargetService, type TargetState } from '@device-supervisor/state';

/** Milliseconds between the removal of a container and the target that replaces it; clients need a fraction of that. */
const PUSH_TIME = 10_000;

/**
 * Live pushes that are under way. A client that has built a service again removes the container itself, and sets the target
 * some moments later. What was deployed before must not come back in between: the service would be replaced twice.
 */
export class AwaitedPushes {
  readonly #now: () => number;
  #present: ReadonlySet<string> = new Set();
  /** When the containers of services were missed first, by service key. */
  readonly #missedSince = new Map<string, number>();

  /** @param now milliseconds of a clock that never jumps */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes note of which services have containers. */
  update({ containers }: EngineSnapshot): void {
    const present = new Set(
      containers.flatMap(({ identity }) =>
        identity === null ? [] : [serviceKey(identity.appId, identity.serviceName)],
      ),
    );
    for (const key of this.#present) if (!present.has(key)) this.#missedSince.set(key, this.#now());
    for (const key of this.#missedSince.keys()) {
      if (present.has(key) || this.#timeLeft(key) <= 0) this.#missedSince.delete(key);
    }
    this.#present = present;
  }

  /**
   * Why containers are not created now, by the ids of the operations. A service waits when its container has just gone, and
   * the name of its image stands for another content than when the target was set.
   */
  paused(
    target: TargetState,
    { snapshot, except }: { readonly snapshot: EngineSnapshot; readonly except: ReadonlySet<string> },
  ): ReadonlyMap<string, string> {
    const findImage = imageFinder(snapshot.images);
    const isBuiltAgain = ({ image, contentId }: TargetService): boolean => {
      const named = findImage(image);
      return contentId !== undefined && named !== undefined && named.id !== contentId;
    };
    const paused = new Map<string, string>();
    for (const { id: appId, release } of Object.values(target.apps)) {
      if (release === null) continue;
      for (const service of Object.values(release.services)) {
        const key = serviceKey(appId, service.name);
        if (this.#timeLeft(key) <= 0 || except.has(key) || !isBuiltAgain(service)) continue;
        const { name, imageId, image } = service;
        const container = formatContainerName({
          service: name,
          imageId,
          releaseId: release.id,
          commit: release.commit,
        });
        const message = `its container was removed after ${image} had been built again; waits ${PUSH_TIME / 1000} s for the target that deploys the build`;
        paused.set(`create-container ${container}`, message);
      }
    }
    return paused;
  }

  /** Milliseconds until a service may no longer wait; `Infinity`: none does. */
  get delayUntilChange(): number {
    return Math.min(...[...this.#missedSince.keys()].map((key) => this.#timeLeft(key)).filter((left) => left > 0));
  }

  #timeLeft(key: string): number {
    const since = this.#missedSince.get(key);
    return since === undefined ? 0 : since + PUSH_TIME - this.#now();
  }
}

import type { BackedUpFile } from '@device-supervisor/durable-file';
import { PLAIN_BACKEND, type BootBackend, type CheckedValue } from '../boot-backend.ts';
import { BootFileInvalidError } from '../errors.ts';
import { isPng } from './png.ts';

const IMAGE = 'HOST_SPLASH_image';

export interface SplashFiles {
  /** The image that is shown at boot. */
  readonly logo: BackedUpFile;
  /** The image of the operating system, kept aside before the first change. */
  readonly defaultLogo: BackedUpFile;
}

/** splash/balena-logo.png, an image that is shown at boot; base64 in the variable. */
export function splashBackend(files: SplashFiles): BootBackend {
  return {
    ...PLAIN_BACKEND,
    name: 'splash',
    owns: (variable) => variable === IMAGE,
    check: (_variable, value) => checkImage(value),
    async defaults() {
      const { original } = await readLogos(files);
      return original === null ? {} : { [IMAGE]: toText(original) };
    },
    async read() {
      const { current, original } = await readLogos(files);
      if (current === null || (original !== null && isSameImage(current, original))) return {};
      return { [IMAGE]: toText(current) };
    },
    async write(desired) {
      const { original } = await readLogos(files);
      if (original !== null) await files.defaultLogo.update(() => original);
      const image = desired[IMAGE];
      const wanted = image === undefined ? original : Buffer.from(image, 'base64');
      if (wanted === null) {
        throw new BootFileInvalidError('splash/balena-logo.png', 'there is no default image to go back to');
      }
      await files.logo.update(() => wanted);
    },
  };
}

/**
 * The two images, each `null` where it is no image. Until the first change there is no default beside the logo, and the
 * logo is the default. Once there is a file for it, also an empty one, the logo is ours.
 */
async function readLogos({ logo, defaultLogo }: SplashFiles): Promise<{
  readonly current: Uint8Array | null;
  readonly original: Uint8Array | null;
}> {
  const { bytes: current } = await logo.read();
  const { bytes: kept } = await defaultLogo.read();
  if (kept !== null && isPng(kept)) return { current: imageOf(current), original: kept };
  return { current: imageOf(current), original: imageOf(current) };
}

function imageOf(bytes: Uint8Array | null): Uint8Array | null {
  return bytes !== null && isPng(bytes) ? bytes : null;
}

function isSameImage(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function checkImage(value: string): CheckedValue {
  const bytes = Buffer.from(value.trim().replace(/^data:image\/png;base64,/, ''), 'base64');
  return isPng(bytes)
    ? { ok: true, value: bytes.toString('base64') }
    : { ok: false, message: 'must be a PNG image in base64' };
}

import type { BackedUpFile } from '@device-supervisor/durable-file';
import { PLAIN_BACKEND, type BootBackend, type CheckedValue } from '../boot-backend.ts';
import { BootFileInvalidError } from '../errors.ts';
import { isPng } from './png.ts';

const IMAGE = 'HOST_SPLASH_image';

export interface SplashFiles {
  /** What is shown at boot. */
  readonly logo: BackedUpFile;
  /** What the operating system came with, kept aside before the first change. */
  readonly defaultLogo: BackedUpFile;
}

/** splash/balena-logo.png, an image that is shown at boot; base64 in the variable. */
export function splashBackend({ logo, defaultLogo }: SplashFiles): BootBackend {
  return {
    ...PLAIN_BACKEND,
    name: 'splash',
    owns: (variable) => variable === IMAGE,
    check: (_variable, value) => checkImage(value),
    async read() {
      const [{ bytes: current }, { bytes: original }] = [await logo.read(), await defaultLogo.read()];
      // Before the first change, what is there is the default.
      if (current === null || original === null || Buffer.compare(current, original) === 0) return {};
      return { [IMAGE]: Buffer.from(current).toString('base64') };
    },
    async write(desired) {
      const { bytes: current } = await logo.read();
      const { bytes: original } = await defaultLogo.read();
      const kept = original ?? current;
      if (kept !== null) await defaultLogo.update((present) => present ?? kept);
      const image = desired[IMAGE];
      const wanted = image === undefined ? kept : Buffer.from(image, 'base64');
      if (wanted === null)
        throw new BootFileInvalidError('splash/balena-logo.png', 'there is no default to go back to');
      await logo.update(() => wanted);
    },
  };
}

function checkImage(value: string): CheckedValue {
  const bytes = Buffer.from(value.trim().replace(/^data:image\/png;base64,/, ''), 'base64');
  return isPng(bytes)
    ? { ok: true, value: bytes.toString('base64') }
    : { ok: false, message: 'must be a PNG image in base64' };
}

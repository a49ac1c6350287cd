import { PLAIN_BACKEND, type BootBackend } from '../boot-backend.ts';
import { BootFileInvalidError } from '../errors.ts';
import type { TextFile } from '../text-file.ts';
import { editExtlinuxConf, parseExtlinuxConf } from './extlinux-conf.ts';
import { checkWord, FDT, ISOLCPUS } from './linux-arguments.ts';

/** extlinux/extlinux.conf of Jetson devices with an old operating system. */
export function extlinuxBackend(file: TextFile): BootBackend {
  return {
    ...PLAIN_BACKEND,
    name: 'extlinux',
    owns: (variable) => variable === ISOLCPUS || variable === FDT,
    check: (_variable, value) => checkWord(value),
    async read() {
      const text = await file.read();
      return text === null ? {} : parseExtlinuxConf(text);
    },
    write: (desired) =>
      file.update((text) => {
        if (text === null) throw new BootFileInvalidError('extlinux.conf', 'it is missing');
        return editExtlinuxConf(text, desired);
      }),
  };
}

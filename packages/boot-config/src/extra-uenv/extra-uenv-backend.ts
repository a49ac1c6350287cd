import { PLAIN_BACKEND, type BootBackend } from '../boot-backend.ts';
import { checkWord, FDT, ISOLCPUS } from '../extlinux/linux-arguments.ts';
import type { TextFile } from '../text-file.ts';
import { editExtraUEnv, parseExtraUEnv } from './extra-uenv.ts';

/** extra_uEnv.txt, from which U-Boot takes the same two settings as extlinux.conf has. */
export function extraUEnvBackend(file: TextFile): BootBackend {
  return {
    ...PLAIN_BACKEND,
    name: 'extra_uEnv',
    owns: (variable) => variable === ISOLCPUS || variable === FDT,
    check: (_variable, value) => checkWord(value),
    async read() {
      return parseExtraUEnv((await file.read()) ?? '');
    },
    write: (desired) => file.update((text) => editExtraUEnv(text ?? '', desired)),
  };
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editExtraUEnv, parseExtraUEnv } from './extra-uenv.ts';

const isolcpus = 'HOST_EXTLINUX_isolcpus';
const fdt = 'HOST_EXTLINUX_fdt';

describe('extra_uEnv.txt', () => {
  it('has the two settings', () => {
    expect(parseExtraUEnv('custom_fdt_file=my.dtb\nextra_os_cmdline=quiet isolcpus=3,4 foo=1\n')).toEqual({
      [fdt]: 'my.dtb',
      [isolcpus]: '3,4',
    });
    expect(parseExtraUEnv('custom_fdt_file=\nextra_os_cmdline=quiet\n#isolcpus=1\n')).toEqual({});
    expect(parseExtraUEnv('')).toEqual({});
  });

  it.each([
    ['', { [fdt]: 'a.dtb', [isolcpus]: '1' }, 'custom_fdt_file=a.dtb\nextra_os_cmdline=isolcpus=1\n'],
    ['x=1\n', { [fdt]: 'a.dtb' }, 'x=1\ncustom_fdt_file=a.dtb\n'],
    ['x=1', { [fdt]: 'a.dtb' }, 'x=1\ncustom_fdt_file=a.dtb\n'],
    ['custom_fdt_file=b\nx=1\n', { [fdt]: 'a' }, 'custom_fdt_file=a\nx=1\n'],
    ['custom_fdt_file=b\nx=1\ncustom_fdt_file=c\n', { [fdt]: 'a' }, 'custom_fdt_file=a\nx=1\n'],
    ['custom_fdt_file=b\nx=1\n', {}, 'x=1\n'],
    ['extra_os_cmdline=quiet isolcpus=3 foo=1\r\nx=1\r\n', {}, 'extra_os_cmdline=quiet foo=1\r\nx=1\r\n'],
    ['extra_os_cmdline=isolcpus=3\n', {}, ''],
    ['extra_os_cmdline=quiet\n', { [isolcpus]: '2' }, 'extra_os_cmdline=quiet isolcpus=2\n'],
  ])('%j with %j', (text, variables, expected) => {
    expect(editExtraUEnv(text, variables)).toBe(expected);
  });

  it('says what was written, keeps all else, and changes nothing when it does already', () => {
    const line = fc.constantFrom('# c', '', 'x=1', 'custom_fdt_file=a', 'extra_os_cmdline=quiet isolcpus=1 a=b', 'y');
    const word = fc.stringMatching(/^[a-z0-9,/.]{1,6}$/);
    fc.assert(
      fc.property(fc.array(line), word, word, (lines, a, b) => {
        const text = lines.join('\n');
        const wanted = { [isolcpus]: a, [fdt]: b };
        const edited = editExtraUEnv(text, wanted);
        expect(parseExtraUEnv(edited)).toEqual(wanted);
        expect(editExtraUEnv(edited, wanted)).toBe(edited);
        const foreign = (from: string): readonly string[] => from.split('\n').filter((entry) => /^(#|x|y)/.test(entry));
        expect(foreign(edited)).toEqual(foreign(text));
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editExtlinuxConf, parseExtlinuxConf } from './extlinux-conf.ts';

const CONF = `# a comment
DEFAULT primary
TIMEOUT 10
MENU TITLE Boot Options
LABEL rescue
      LINUX /boot/Image.old
      FDT /boot/old.dtb
LABEL primary
      MENU LABEL primary Image
      LINUX /boot/Image
      APPEND \${cbootargs} \${resin_kernel_root} ro  rootwait
`;

const NONE = { HOST_EXTLINUX_isolcpus: undefined, HOST_EXTLINUX_fdt: undefined };

describe('extlinux.conf', () => {
  it('has the two settings in its default entry', () => {
    expect(parseExtlinuxConf(CONF)).toEqual({});
    const text = CONF.replace('rootwait', 'rootwait isolcpus=2,3').replace(
      'Image\n      APP',
      'Image\n      FDT /a.dtb\n      APP',
    );
    expect(parseExtlinuxConf(text)).toEqual({ HOST_EXTLINUX_isolcpus: '2,3', HOST_EXTLINUX_fdt: '/a.dtb' });
  });

  it('gets them there, and loses them again', () => {
    const edited = editExtlinuxConf(CONF, { HOST_EXTLINUX_isolcpus: '3', HOST_EXTLINUX_fdt: '/boot/my.dtb' });
    expect(edited).toBe(CONF.replace('ro  rootwait\n', 'ro  rootwait isolcpus=3\n      FDT /boot/my.dtb\n'));
    expect(editExtlinuxConf(edited, {})).toBe(CONF);
  });

  it('gets them where there were others, and on lines with CRLF', () => {
    const text = 'default a\r\nlabel a\r\n\tlinux /i\r\n\tfdt /x\r\n\tappend isolcpus=1 ro\r\n';
    expect(editExtlinuxConf(text, { HOST_EXTLINUX_isolcpus: '2', HOST_EXTLINUX_fdt: '/y' })).toBe(
      text.replace('/x', '/y').replace('isolcpus=1', 'isolcpus=2'),
    );
    expect(editExtlinuxConf('default a\r\nlabel a\r\n\tlinux /i\r\n', { HOST_EXTLINUX_isolcpus: '2' })).toBe(
      'default a\r\nlabel a\r\n\tlinux /i\r\n\tAPPEND isolcpus=2\r\n',
    );
  });

  it.each(['', 'LABEL a\n', 'DEFAULT b\nLABEL a\n'])('without a default entry is refused: %j', (text) => {
    expect(() => parseExtlinuxConf(text)).toThrow('extlinux.conf cannot be used');
    expect(() => editExtlinuxConf(text, {})).toThrow('extlinux.conf cannot be used');
  });

  it('says what was written, and changes nothing when it does already', () => {
    const word = fc.option(fc.stringMatching(/^[a-z0-9,/.=$]{1,8}$/), { nil: undefined });
    fc.assert(
      fc.property(word, word, word, (isolcpus, fdt, before) => {
        const start = editExtlinuxConf(CONF, given({ HOST_EXTLINUX_isolcpus: before, HOST_EXTLINUX_fdt: before }));
        const wanted = given({ ...NONE, HOST_EXTLINUX_isolcpus: isolcpus, HOST_EXTLINUX_fdt: fdt });
        const edited = editExtlinuxConf(start, wanted);
        expect(parseExtlinuxConf(edited)).toEqual(wanted);
        expect(editExtlinuxConf(edited, wanted)).toBe(edited);
        expect(editExtlinuxConf(edited, {})).toBe(CONF);
      }),
    );
  });
});

function given(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

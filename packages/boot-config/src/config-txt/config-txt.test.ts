import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BootVariables } from '../boot-backend.ts';
import { FORBIDDEN_KEYS } from './config-txt-keys.ts';
import { checkVariable, isSameValue, valuesFrom, variablesOf } from './config-txt-variables.ts';
import { editConfigTxt } from './edit-config-txt.ts';
import { parseConfigTxt, valuesOf } from './parse-config-txt.ts';

const read = (text: string): BootVariables => variablesOf(valuesOf(parseConfigTxt(text)));
const edit = (text: string, variables: BootVariables): string => editConfigTxt(text, valuesFrom(variables));
/** Sets some variables and keeps the others. */
const set = (text: string, variables: BootVariables): string => edit(text, { ...read(text), ...variables });

const PI4 = `# For more options and information see
# http://rpf.io/configtxt
disable_splash=1
dtparam=i2c_arm=on
dtparam=spi=on,audio=on
initramfs initramf.gz 0x00800000
include extra.txt
enable_uart=1  

[pi4]
arm_boost=1
dtoverlay=vc4-kms-v3d-pi4
[all]
gpu_mem=16
dtoverlay=i2c-rtc,ds1307
dtparam=wakeup-source
gpio=0-27=a2
gpio=66-69=op
`;

describe('reading', () => {
  it('takes what is for all devices', () => {
    expect(read(PI4)).toEqual({
      HOST_CONFIG_disable_splash: '1',
      HOST_CONFIG_enable_uart: '1',
      HOST_CONFIG_gpu_mem: '16',
      HOST_CONFIG_gpio: '"0-27=a2","66-69=op"',
      HOST_CONFIG_dtparam: '"i2c_arm=on","spi=on","audio=on"',
      HOST_CONFIG_dtoverlay: '"i2c-rtc,ds1307,wakeup-source"',
    });
  });

  it.each<[string, string, BootVariables]>([
    ['the last of several values', 'gpu_mem=16\ngpu_mem=64\n', { HOST_CONFIG_gpu_mem: '64' }],
    ['CRLF and spaces', ' gpu_mem = 16 \t\r\nkey=a b \r\n', { HOST_CONFIG_gpu_mem: '16', HOST_CONFIG_key: 'a b' }],
    ['# in a value', 'key=a#b # c\n#key=d', { HOST_CONFIG_key: 'a#b # c' }],
    ['= in a value', 'hdmi_cvt:1=a=b', { 'HOST_CONFIG_hdmi_cvt:1': 'a=b' }],
    ['an empty value', 'key=', { HOST_CONFIG_key: '' }],
    [
      'parameters of the base after an empty overlay',
      'dtoverlay=a\ndtparam=x=1\ndtoverlay=\ndtparam=y=1',
      { HOST_CONFIG_dtoverlay: '"a,x=1"', HOST_CONFIG_dtparam: '"y=1"' },
    ],
    [
      'nothing of a parameter that may be for either of two overlays',
      'dtoverlay=a\n[pi4]\ndtoverlay=b\n[all]\ndtparam=x=1',
      { HOST_CONFIG_dtoverlay: '"a"' },
    ],
    [
      'nothing of other sections',
      '[pi3]\na=1\n[none]\nb=1\n[ALL]\nc=1\n[all]\nd=1',
      { HOST_CONFIG_c: '1', HOST_CONFIG_d: '1' },
    ],
    ['nothing of what belongs to the system', [...FORBIDDEN_KEYS].map((key) => `${key}=1\n`).join(''), {}],
    ['nothing of other characters', 'key=\u00e9\nwide=\0', {}],
    ['nothing of an empty file', '', {}],
  ])('takes %s', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});

describe('editing', () => {
  it('changes lines where they are', () => {
    expect(set(PI4, { HOST_CONFIG_gpu_mem: '64' })).toBe(PI4.replace('gpu_mem=16', 'gpu_mem=64'));
    expect(set(PI4, { HOST_CONFIG_gpio: '"66-69=op","4=ip"' })).toBe(
      PI4.replace('gpio=0-27=a2\ngpio=66-69=op\n', 'gpio=66-69=op\ngpio=4=ip\n'),
    );
  });

  it('adds at the end what is new, for all devices', () => {
    expect(set('a=1\n[pi4]\nb=1', { HOST_CONFIG_c: '1' })).toBe('a=1\n[pi4]\nb=1\n[all]\nc=1\n');
    expect(set('a=1\r\n', { HOST_CONFIG_c: '1' })).toBe('a=1\r\nc=1\r\n');
    expect(set('a=1\r\nb=1', { HOST_CONFIG_c: '1' })).toBe('a=1\r\nb=1\r\nc=1\r\n');
    expect(set('', { HOST_CONFIG_c: '1' })).toBe('c=1\n');
  });

  it('puts new parameters of the base before any overlay', () => {
    const added = { HOST_CONFIG_dtparam: '"spi=on"' };
    expect(set('a=1\ndtoverlay=x\n', added)).toBe('a=1\ndtparam=spi=on\ndtoverlay=x\n');
    expect(set('a=1\n[pi4]\ndtoverlay=x\n', added)).toBe('a=1\ndtparam=spi=on\n[pi4]\ndtoverlay=x\n');
    expect(set('dtoverlay=\na=1\n', added)).toBe('dtparam=spi=on\ndtoverlay=\na=1\n');
    expect(set('a=1\n', { ...added, HOST_CONFIG_dtoverlay: '"x"' })).toBe('a=1\ndtparam=spi=on\ndtoverlay=x\n');
  });

  it('puts parameters of an overlay after it', () => {
    expect(set('dtoverlay=a,x=1\ndtparam=y=1\nb=1\n', { HOST_CONFIG_dtoverlay: '"a,x=2","c,z=1"' })).toBe(
      'dtoverlay=a\ndtparam=x=2\nb=1\ndtoverlay=c\ndtparam=z=1\n',
    );
  });

  it('removes what is not wanted', () => {
    const { HOST_CONFIG_dtparam: _params, HOST_CONFIG_dtoverlay: _overlays, ...others } = read(PI4);
    expect(edit(PI4, others)).toBe(
      PI4.replace('dtparam=i2c_arm=on\ndtparam=spi=on,audio=on\n', '').replace(
        'dtoverlay=i2c-rtc,ds1307\ndtparam=wakeup-source\n',
        '',
      ),
    );
    expect(edit('a=1\na=2\nb=1\n', { HOST_CONFIG_b: '1' })).toBe('b=1\n');
    expect(set(PI4, { HOST_CONFIG_dtparam: '"audio=on"' })).toBe(
      PI4.replace('dtparam=i2c_arm=on\n', '').replace('spi=on,audio=on', 'audio=on'),
    );
  });
});

/** Lines as they occur, some with a meaning of their own. */
const line = fc.oneof(
  fc.constantFrom(
    '# comment',
    '',
    '  ',
    'include extra.txt',
    'initramfs initramf.gz 0x00800000',
    'kernel=x.img',
    '[pi4]',
    '[all]',
    '[HDMI:0]',
    'dtoverlay=',
    'nonsense',
    'key=\u00e9',
    'dtparam=a=1,b=2\r',
    'gpu_mem=16 ',
  ),
  fc
    .tuple(
      fc.constantFrom('gpu_mem', 'dtparam', 'dtoverlay', 'gpio', 'hdmi_mode:1'),
      fc.constantFrom('a', 'b,x=1', 'c=2', '7', 'b'),
    )
    .map(([key, value]) => `${key}=${value}`),
);
const file = fc.array(line).map((lines) => lines.join('\n'));

const item = fc.stringMatching(/^[a-z][a-z0-9=#" -]{0,8}[a-z]$/);
const variables = fc
  .dictionary(
    fc.constantFrom('gpu_mem', 'enable_uart', 'hdmi_mode:1', 'dtparam', 'dtoverlay', 'gpio', 'device_tree_overlay'),
    fc.array(item, { minLength: 1, maxLength: 3 }),
  )
  .map((values): BootVariables => {
    const lists = new Set(['dtparam', 'dtoverlay', 'gpio', 'device_tree_overlay']);
    return Object.fromEntries(
      Object.entries(values).map(([key, items]) => {
        const text = lists.has(key) ? items.map((value) => JSON.stringify(value)).join(',') : items.join(' ');
        const checked = checkVariable(`HOST_CONFIG_${key}`, text);
        return [`HOST_CONFIG_${key}`, checked.ok ? (checked.value ?? '') : ''];
      }),
    );
  });

function expectSame(actual: BootVariables, expected: BootVariables): void {
  expect(Object.keys(actual).toSorted()).toEqual(Object.keys(expected).toSorted());
  for (const [variable, value] of Object.entries(expected)) {
    expect([variable, value, isSameValue(variable, actual[variable] ?? '', value)]).toEqual([variable, value, true]);
  }
}

/** Lines that no variable can set. */
function foreignLines(text: string): readonly string[] {
  return parseConfigTxt(text)
    .filter(({ kind, raw }) => (kind === 'other' || kind === 'section') && !['', '[all]'].includes(raw.trim()))
    .map(({ raw }) => raw.replace(/\r$/, ''));
}

describe('any file', () => {
  it('is its lines', () => {
    fc.assert(
      fc.property(file, (text) => {
        const lines = parseConfigTxt(text).map(({ raw }) => raw);
        expect(lines.join('\n')).toBe(text);
      }),
    );
  });

  it('stays as it is when it says what is wanted', () => {
    fc.assert(
      fc.property(file, (text) => {
        expect(edit(text, read(text))).toBe(text);
      }),
    );
  });

  it('says what was written, and all that no variable can set as before', () => {
    fc.assert(
      fc.property(file, variables, (text, wanted) => {
        const edited = edit(text, wanted);
        expectSame(read(edited), wanted);
        expect(foreignLines(edited)).toEqual(foreignLines(text));
      }),
    );
  });

  it('does not change when the same is written again', () => {
    fc.assert(
      fc.property(file, variables, (text, wanted) => {
        const edited = edit(text, wanted);
        expect(edit(edited, wanted)).toBe(edited);
      }),
    );
  });
});

describe('checking a variable', () => {
  it.each([
    ['gpu_mem', ' 16 ', '16'],
    ['dtoverlay', '"a,x=1", "b"', '"a,x=1","b"'],
    ['dtoverlay', 'vc4-kms-v3d', '"vc4-kms-v3d"'],
    ['dtparam', '"i2c_arm=on,spi=on","audio=on"', '"i2c_arm=on","spi=on","audio=on"'],
    ['dtparam', 'i2c_arm=on', '"i2c_arm=on"'],
    ['gpio', '"8=op"', '"8=op"'],
  ])('%s: %j is %j', (key, value, expected) => {
    expect(checkVariable(`HOST_CONFIG_${key}`, value)).toEqual({ ok: true, value: expected });
  });

  it.each([
    ['kernel', 'x', 'belongs to the operating system and cannot be set'],
    ['gpu mem', '1', 'is not the name of a setting of config.txt'],
    ['', '1', 'is not the name of a setting of config.txt'],
    ['gpu_mem', '1\nkernel=x', 'must be one line of ASCII characters'],
    ['dtoverlay', '"a","b', 'must be a list like "one","two"'],
    ['dtoverlay', '"a",1', 'must be a list like "one","two"'],
    ['gpio', '"a\\nkernel=x"', 'must be a list of lines of ASCII characters'],
    ['dtoverlay', '",ds1307"', 'has an overlay without a name; write e.g. "i2c-rtc,ds1307"'],
  ])('%j: %j is refused', (key, value, message) => {
    expect(checkVariable(`HOST_CONFIG_${key}`, value)).toEqual({ ok: false, message });
  });

  it.each<readonly [string, string, string, boolean]>([
    ['dtoverlay', '"a,x=1,y=2","b"', '"b","a,y=2,x=1"', true],
    ['dtoverlay', '"a,x=1"', '"a"', false],
    ['dtparam', '"a","b"', '"b","a"', true],
    ['gpu_mem', '16', '16', true],
    ['gpu_mem', '16', '16 ', false],
  ])('compares values of %s: %j and %j', (...[key, a, b, expected]) => {
    expect(isSameValue(`HOST_CONFIG_${key}`, a, b)).toBe(expected);
  });
});

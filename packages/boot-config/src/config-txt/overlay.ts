/** An overlay of the device tree with its parameters, in the file `dtoverlay=name,a=1` or a `dtparam=a=1` after it. */
export interface Overlay {
  readonly name: string;
  readonly params: readonly string[];
}

/** @param text e.g. `i2c-gpio,bus=3` */
export function parseOverlay(text: string): Overlay {
  const [name = '', ...params] = text.split(',').map((part) => part.trim());
  return { name, params: params.filter((param) => param !== '') };
}

export function printOverlay({ name, params }: Overlay): string {
  return [name, ...params].join(',');
}

/** The same for overlays that mean the same: the order of parameters does not count. */
export function overlayKey({ name, params }: Overlay): string {
  return printOverlay({ name, params: [...new Set(params)].toSorted() });
}

/** @param text e.g. `i2c_arm=on,spi=on` */
export function parseParams(text: string): readonly string[] {
  return text
    .split(',')
    .map((param) => param.trim())
    .filter((param) => param !== '');
}

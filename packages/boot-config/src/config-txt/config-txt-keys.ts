export const PREFIX = 'HOST_CONFIG_';

/** They may stand several times in the file, and are lists in the variables. */
export const LIST_KEYS: ReadonlySet<string> = new Set([
  'dtparam',
  'dtoverlay',
  'device_tree_param',
  'device_tree_overlay',
  'gpio',
]);

/** They belong to the operating system: with a wrong one the device does not boot. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set([
  'disable_commandline_tags',
  'cmdline',
  'kernel',
  'kernel_address',
  'kernel_old',
  'ramfsfile',
  'ramfsaddr',
  'initramfs',
  'device_tree_address',
  'init_emmc_clock',
  'avoid_safe_mode',
]);

/** e.g. `gpu_mem`, `hdmi_mode:1`. */
export const KEY: RegExp = /^[A-Za-z0-9_][\w:.-]*$/;

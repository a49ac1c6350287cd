/** Longer than a cluster. */
export const CONFIG_TXT = `${'# a comment of the operating system, which stays\n'.repeat(40)}enable_uart=1\n`;

export const TARGETS = {
  first: { HOST_CONFIG_gpu_mem: '64' },
  second: { HOST_CONFIG_gpu_mem: '128', HOST_CONFIG_dtoverlay: '"i2c-rtc,ds1307"' },
  third: {},
} as const;

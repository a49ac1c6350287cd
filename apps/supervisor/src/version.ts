/**
 * The generation of the public contract that this supervisor keeps: what clients and the cloud read as the supervisor's
 * version. The public command-line client wants a plain version, without a pre-release tag.
 */
export const CONTRACT_VERSION = '17.8.0';

/** Version of this product, and the commit that it was built from; set when the program is bundled. */
export interface BuildInfo {
  readonly version: string;
  readonly commit: string;
}

declare const BUILD_VERSION: string;
declare const BUILD_COMMIT: string;

export const BUILD: BuildInfo = {
  version: typeof BUILD_VERSION === 'string' ? BUILD_VERSION : '0.0.0',
  commit: typeof BUILD_COMMIT === 'string' ? BUILD_COMMIT : 'unbundled',
};

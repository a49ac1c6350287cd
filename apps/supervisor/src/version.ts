/**
 * What we answer when clients ask for the supervisor's version: the generation of the public contract that we keep. The
 * public command-line client wants a plain version, without a pre-release tag.
 */
export const SUPERVISOR_VERSION = '17.0.0';

/** The size of an image, as far as its registry states it. */
export interface ImageSize {
  /** From the lowest to the uppermost. */
  readonly layers: readonly LayerSize[];
}

export interface LayerSize {
  /** Of the unpacked content, `sha256:…`, as engines name a layer. */
  readonly diffId: string;
  /** Bytes to download. */
  readonly download: number;
  /** Bytes on disk, estimated. */
  readonly unpacked: number;
}

/** The file system on which the engine keeps its images; bytes. */
export interface DiskSpace {
  readonly free: number;
  readonly total: number;
}

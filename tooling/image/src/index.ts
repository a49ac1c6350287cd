export { buildImage, type BuildImageOptions, type BuiltImage } from './build-image.ts';
export { fetchParts, stripPackage, type FetchPartsOptions } from './fetch-parts.ts';
export { ALLOCATOR as IMAGE_ALLOCATOR, PROGRAM as IMAGE_PROGRAM } from './image-definition.ts';
export { sharedImage, shareImage, type ShareImageOptions } from './shared-image.ts';
export { writeRootfs } from './write-rootfs.ts';

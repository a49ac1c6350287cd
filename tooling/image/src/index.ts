export { buildImage, type BuildImageOptions, type BuiltImage } from './build-image.ts';
export { writeRootfs } from './write-rootfs.ts';

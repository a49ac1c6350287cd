export { buildImage, type BuildImageOptions, type BuiltImage } from './build-image.ts';
export { assembleRootfs, type Rootfs, type RootfsOptions } from './assemble-rootfs.ts';
export { writeRootfs } from './write-rootfs.ts';
export { ImageBuildError } from './errors.ts';
export { ARCHITECTURES, type Architecture } from './image-definition.ts';

export {
  ImageNotInRegistryError,
  RegistryAnswerError,
  RegistryUnauthorizedError,
  RegistryUnreachableError,
} from './errors.ts';
export { createImageSizes, type ImageSizes } from './image-sizes.ts';
export { platformOf } from './platform.ts';
export { createRegistryClient, type RegistryClient, type RegistryClientOptions } from './registry-client.ts';
export type { RegistryConfiguration } from './registry-origins.ts';

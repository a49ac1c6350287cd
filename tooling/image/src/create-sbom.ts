import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import type { DebianPackage } from './debian-packages.ts';
import type { Architecture } from './image-definition.ts';
import type { NpmPackage } from './npm-packages.ts';

export interface SbomContents {
  /** Of the product. */
  readonly version: string;
  readonly architecture: Architecture;
  /** Version of Node.js. */
  readonly node: string;
  readonly debian: readonly DebianPackage[];
  /** The components in the bundle or beside it. */
  readonly npm: readonly NpmPackage[];
}

/**
 * Names everything that the image is made of, as CycloneDX 1.6 in JSON. The same contents give the same text: it has
 * neither a time nor a serial number.
 */
export function createSbom({ version, architecture, node, debian, npm }: SbomContents): string {
  const product = new Models.Component(Enums.ComponentType.Container, 'device-supervisor', {
    version,
    bomRef: `device-supervisor@${version}`,
  });
  const bom = new Models.Bom({ metadata: new Models.Metadata({ component: product }) });
  const components = [
    library({ name: 'node', version: node, purl: `pkg:generic/node@${node}?arch=${architecture}` }),
    ...debian.map((one) => {
      const purl = `pkg:deb/debian/${one.name}@${encodeURIComponent(one.version)}?arch=${one.architecture}&distro=bookworm`;
      return library({ name: one.name, version: one.version, purl });
    }),
    ...npm.map((one) => library({ name: one.name, version: one.version, purl: npmPurl(one), license: one.license })),
  ];
  for (const component of components) {
    bom.components.add(component);
    product.dependencies.add(component.bomRef);
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

interface Library {
  readonly name: string;
  readonly version: string;
  /** Package URL. */
  readonly purl: string;
  readonly license?: string | null;
}

function library({ name, version, purl, license = null }: Library): Models.Component {
  const component = new Models.Component(Enums.ComponentType.Library, name, { version, purl, bomRef: purl });
  if (license !== null) component.licenses.add(new Models.NamedLicense(license));
  return component;
}

function npmPurl({ name, version }: NpmPackage): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

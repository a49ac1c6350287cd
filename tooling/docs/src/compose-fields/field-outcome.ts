import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkRelease, plan, specifyService } from '@device-supervisor/compose';
import { TEST_DEVICE, testImage, testPlanInput } from '@device-supervisor/compose/testing';
import { loadProject, ProjectError, type Project } from '@device-supervisor/compose-project';
import type { TargetState } from '@device-supervisor/state';
import type { FieldSample } from './field-sample.ts';

/** The effect of a field. */
export interface FieldOutcome {
  /** `silent`: nothing changes, and nothing is said about it. */
  readonly kind: 'applied' | 'no-effect' | 'refused' | 'silent';
  /** Sentences about the field. */
  readonly said: readonly string[];
}

/** Runs loader and planner on projects, in a folder of its own. */
export interface FieldLaboratory extends AsyncDisposable {
  outcomeOf(sample: FieldSample): Promise<FieldOutcome>;
}

export async function openFieldLaboratory(): Promise<FieldLaboratory> {
  const folder = await mkdtemp(join(tmpdir(), 'compose-fields-'));
  await mkdir(join(folder, 'sub'));
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);
  return {
    async outcomeOf(sample) {
      const before = await observe(folder, { ...sample, fields: sample.without });
      const after = await observe(folder, sample);
      if (after.fault !== null) return { kind: 'refused', said: [after.fault] };
      const said = after.said.filter((sentence) => !before.said.includes(sentence));
      if (after.signature !== before.signature) return { kind: 'applied', said };
      return { kind: said.length > 0 ? 'no-effect' : 'silent', said };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Files that samples name. */
const FILES: Readonly<Record<string, string>> = {
  Dockerfile: 'FROM scratch',
  Other: 'FROM scratch',
  'sub/Dockerfile': 'FROM scratch',
  'some.env': 'A="$B"',
  'some.labels': 'a=b',
  'include.env': 'A=1',
  'other.yaml': 'services: {base: {image: base, command: other}}',
  'included.yaml': 'services: {included: {image: "included:a$A", build: {context: .}}}',
};

interface Observation {
  /** Everything that the project becomes. */
  readonly signature: string;
  readonly said: readonly string[];
  readonly fault: string | null;
}

async function observe(folder: string, { section, fields }: FieldSample): Promise<Observation> {
  await writeFile(join(folder, 'compose.yaml'), composeFile(section, fields));
  let target: TargetState | undefined;
  const notices: string[] = [];
  const device = { ...TEST_DEVICE, allowsHostPaths: true };
  const abilities = { apiVersion: '99.0', unsupportedLimits: [] };
  try {
    const project = await loadProject(folder, {
      environment: { SOME: 'some' },
      device: { type: 'generic', arch: 'amd64' },
      check(decoded) {
        target = decoded;
        const findings = Object.values(decoded.apps).flatMap((app) =>
          app.release === null ? [] : checkRelease(app, app.release, { device, abilities }),
        );
        notices.push(...findings.map(({ field, reason }) => `${field.replace(/\[\d+\]/g, '')} ${reason}`));
        return {
          faults: findings
            .filter(({ severity }) => severity === 'problem')
            .map((finding) => ({ path: [finding.section, finding.name], message: finding.reason })),
          remarks: [],
        };
      },
    });
    const said = [...project.remarks.map(sentenceOf), ...notices];
    return { signature: signatureOf(project, target), said, fault: null };
  } catch (error) {
    if (!(error instanceof ProjectError)) throw error;
    return {
      signature: '',
      said: [],
      fault: error.details.issues.map(({ message }) => message.replaceAll(`${folder}/`, './')).join('; '),
    };
  }
}

/** A remark without the items that it is about. */
function sentenceOf(remark: string): string {
  return remark.replaceAll(/ \([^()]*:\d+:\d+\)/g, '').replace(/: [^:]*$/, '');
}

/** Fields by which the service uses the object whose fields are varied. */
const USES: Readonly<Partial<Record<FieldSample['section'], string>>> = {
  networks: 'networks: [one]',
  volumes: 'volumes: ["one:/one"]',
  configs: 'configs: [one]',
  secrets: 'secrets: [one]',
};

function composeFile(section: FieldSample['section'], fields: string): string {
  const one = (name: FieldSample['section'], others = ''): string => `one: { ${section === name ? fields : others} }`;
  const ofService = section === 'service' ? fields : (USES[section] ?? '');
  const image = ofService.startsWith('image:') ? '' : 'image: web';
  return `
services:
  web: { ${[image, ofService].filter((part) => part !== '').join(', ')} }
  db: { image: db, healthcheck: { test: x } }
  base: { image: base, command: base }
  off: { image: off, profiles: [off] }
networks:
  fixed: { enable_ipv6: true, ipam: { config: [{ subnet: 10.9.0.0/24 }, { subnet: "fd00:9::/64" }] } }
  back: {}
  ${one('networks')}
volumes: { data: {}, ${one('volumes')} }
configs: { conf: { content: a }, ${one('configs', 'content: a')} }
secrets: { token: { content: a }, ${one('secrets', 'content: a')} }
${section === 'top' ? fields : ''}
`;
}

/** Everything that is built, and that a device without anything does. */
function signatureOf(project: Project, target: TargetState | undefined): string {
  if (target === undefined) return '';
  const images = project.services.map(({ image }) => testImage(image));
  const abilities = { apiVersion: '99.0', unsupportedLimits: [] };
  const device = { ...TEST_DEVICE, allowsHostPaths: true };
  const snapshot = { abilities, images, containers: [], networks: [], volumes: [] };
  const specs = Object.values(target.apps).flatMap((app) => {
    const { release } = app;
    return release === null
      ? []
      : Object.values(release.services).map((service) => {
          const { config, dependencies, pullPolicy } = specifyService(service, {
            app,
            release,
            device,
            abilities,
            supervisorApiKey: null,
          });
          return { config, dependencies, pullPolicy };
        });
  });
  const { operations } = plan(testPlanInput(target, snapshot, { device }));
  const build = project.services.map(({ name, image, build: instructions, watch }) => ({
    name,
    image,
    instructions,
    watch,
  }));
  return JSON.stringify({ name: project.name, build, specs, operations });
}

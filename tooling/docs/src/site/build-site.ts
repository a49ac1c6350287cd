import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  Application,
  Converter,
  DocumentReflection,
  MinimalSourceFile,
  normalizePath,
  OptionDefaults,
  type CommentDisplayPart,
  type Context,
  type ProjectReflection,
} from 'typedoc';
import { checkLinks } from './check-links.ts';
import { SiteError } from './errors.ts';
import { pointToSources } from './point-to-sources.ts';
import { linkSourcesToRepository } from './repository-links.ts';
import { GROUPS, sitePages, type SitePage } from './site-pages.ts';

export interface SiteOptions {
  /** The repository, with packages that are built. */
  readonly root: string;
  /** Where the site goes; what is there is removed. */
  readonly folder: string;
}

const REPOSITORY = 'https://github.com/device-supervisor/device-supervisor';
const BROWSER_FILES = join(import.meta.dirname, 'browser');

/**
 * Writes the documentation as pages that need no network: the Markdown files of the repository, and the API of each package
 * from the declarations of its build, whose types are written out already.
 *
 * @throws SiteError
 */
export async function buildSite({ root, folder }: SiteOptions): Promise<void> {
  const packages = readdirSync(join(root, 'packages'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const app = await Application.bootstrap({
    name: 'Device supervisor',
    entryPoints: packages.map((name) => join(root, 'packages', name, 'dist/index.d.ts')),
    entryPointStrategy: 'resolve',
    tsconfig: join(import.meta.dirname, 'tsconfig.site.json'),
    skipErrorChecking: true,
    basePath: root,
    readme: 'none',
    disableGit: true,
    // Each position gets its own address later; without a template there are no positions.
    sourceLinkTemplate: `${REPOSITORY}/blob/main/{path}#L{line}`,
    blockTags: [...OptionDefaults.blockTags, '@description'],
    excludeExternals: true,
    excludeInternal: true,
    groupOrder: [...GROUPS, 'Packages', '*'],
    sort: ['kind', 'instance-first', 'alphabetical-ignoring-documents'],
    navigation: { includeGroups: true, includeCategories: false, includeFolders: false },
    ignoredHighlightLanguages: ['mermaid'],
    highlightLanguages: [...OptionDefaults.highlightLanguages, 'ini', 'md'],
    hideGenerator: true,
    customJs: join(BROWSER_FILES, 'show-diagrams.js'),
    customCss: join(BROWSER_FILES, 'site.css'),
    logLevel: 'Warn',
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context: Context) => addPages(app, context.project, root));
  // After the part of typedoc that finds the positions.
  app.converter.on(
    Converter.EVENT_RESOLVE_END,
    (context: Context) => pointToSources(context.project, { root, repository: REPOSITORY }),
    -1000,
  );
  const project = await app.convert();
  if (project === undefined) throw new SiteError('the declarations of the packages cannot be read: are they built?');
  app.validate(project);
  await app.generateDocs(project, folder);
  const { warningCount, errorCount } = app.logger;
  if (warningCount + errorCount > 0) throw new SiteError(`${warningCount + errorCount} faults in comments and pages`);
  copyFileSync(createRequire(import.meta.url).resolve('@mermaid-js/tiny'), join(folder, 'assets/mermaid.js'));
  const problems = checkLinks(folder);
  if (problems.length > 0) {
    throw new SiteError(problems.map(({ page, link, problem }) => `${page}: ${link}: ${problem}`).join('\n'));
  }
}

function addPages(app: Application, project: ProjectReflection, root: string): void {
  const parse = (file: string): CommentDisplayPart[] => {
    const written = readFileSync(join(root, file), 'utf8');
    // The page has its title already.
    const text = linkSourcesToRepository(written.replace(/^# .+\n/, ''), { root, file, repository: REPOSITORY });
    const source = new MinimalSourceFile(text, normalizePath(join(root, file)));
    return app.converter.parseRawComment(source, project.files).content;
  };
  const add = (parent: ProjectReflection | DocumentReflection, page: SitePage): void => {
    const document = new DocumentReflection(page.title, parent, parse(page.file), { group: page.group });
    parent.addChild(document);
    project.registerReflection(document, undefined, normalizePath(join(root, page.file)));
    for (const child of page.children) add(document, child);
  };
  project.readme = parse('README.md');
  project.files.registerReflectionPath(normalizePath(join(root, 'README.md')), project);
  for (const module of project.children ?? []) {
    const [, name] = /^packages\/(.+)\/dist$/.exec(module.name) ?? [];
    if (name === undefined) throw new SiteError(`${module.name} is no package`);
    module.name = name;
    module.readme = parse(`packages/${name}/README.md`);
    project.files.registerReflectionPath(normalizePath(join(root, 'packages', name, 'README.md')), module);
  }
  for (const page of sitePages(root)) add(project, page);
}

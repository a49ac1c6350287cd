import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SiteError } from './errors.ts';

/** A Markdown file of the repository that is a page of the site. */
export interface SitePage {
  /** Path from the root of the repository. */
  readonly file: string;
  readonly title: string;
  /** Heading in the navigation. */
  readonly group: string;
  /** Pages below this one. */
  readonly children: readonly SitePage[];
}

/** Every group, in the order of the navigation; packages are beside them. */
export const GROUPS = ['Documentation', 'Guides', 'Programs', 'Tooling'] as const;

/** The Markdown files of the repository as pages, except for the READMEs of packages, which their API pages show. */
export function sitePages(root: string): readonly SitePage[] {
  const page = (file: string, group: string, children: readonly SitePage[] = []): SitePage => {
    return { file, title: titleOf(readFileSync(join(root, file), 'utf8'), file), group, children };
  };
  const pagesIn = (folder: string, group: string): SitePage[] =>
    markdownIn(root, folder).map((file) => page(file, group));
  const readmesIn = (folder: string, group: string): SitePage[] =>
    foldersIn(root, folder).flatMap((name) =>
      markdownIn(root, `${folder}/${name}`)
        .filter((file) => file.endsWith('/README.md'))
        .map((file) => page(file, group)),
    );
  const decisions = markdownIn(root, 'docs/adr').filter((file) => !file.endsWith('/README.md'));
  return [
    page('CONTRIBUTING.md', 'Documentation'),
    page('SECURITY.md', 'Documentation'),
    page('packages/README.md', 'Documentation'),
    page('examples/libraries/README.md', 'Documentation'),
    ...pagesIn('docs', 'Documentation'),
    ...pagesIn('docs/monitoring', 'Documentation'),
    page(
      'docs/adr/README.md',
      'Documentation',
      decisions.map((file) => page(file, 'Decisions')),
    ),
    ...pagesIn('docs/guides', 'Guides'),
    ...readmesIn('apps', 'Programs'),
    ...readmesIn('tooling', 'Tooling'),
  ];
}

/** The first heading without its marks. */
function titleOf(text: string, file: string): string {
  const [, heading] = /^# (.+)$/m.exec(text) ?? [];
  if (heading === undefined) throw new SiteError(`${file} has no heading`);
  return heading.replace('@device-supervisor/', '').replaceAll('`', '');
}

function markdownIn(root: string, folder: string): string[] {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.md'));
  return names.toSorted().map((name) => `${folder}/${name}`);
}

function foldersIn(root: string, folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
}

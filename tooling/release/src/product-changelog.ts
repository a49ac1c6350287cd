import type { Bump, Changeset } from './read-changesets.ts';

const TITLE = '# Changelog\n';
const SECTIONS: readonly (readonly [string, readonly Bump[]])[] = [
  ['Incompatible changes', ['major']],
  ['Changes', ['minor']],
  ['Fixes', ['patch']],
];

/** The changelog with a section for a new version, on top. @param changelog as it was; empty: there is none */
export function addRelease(changelog: string, version: string, changesets: readonly Changeset[]): string {
  const sections = SECTIONS.flatMap(([title, bumps]) => {
    const items = changesets.filter(({ bump }) => bumps.includes(bump)).map(({ summary }) => item(summary));
    return items.length === 0 ? [] : [`### ${title}\n\n${items.join('\n')}\n`];
  });
  const older = changelog.replace(TITLE, '').trim();
  return [TITLE, `## ${version}\n`, ...sections, ...(older === '' ? [] : [`${older}\n`])].join('\n');
}

function item(summary: string): string {
  return `- ${summary.replaceAll('\n', '\n  ').replaceAll(/[ \t]+$/gm, '')}`;
}

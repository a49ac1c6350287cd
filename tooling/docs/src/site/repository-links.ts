import { statSync } from 'node:fs';
import { posix } from 'node:path';
import { SiteError } from './errors.ts';

export interface LinkContext {
  readonly root: string;
  /** The Markdown file, from the root. */
  readonly file: string;
  /** Where the sources can be read, e.g. `https://host/owner/name`. */
  readonly repository: string;
}

/** Files that the site has; every other one is a source, which the repository shows better. */
const ON_THE_SITE = /\.(?:md|png|svg)$/;

/**
 * Links of a Markdown file to sources and folders lead to the repository, so that the site holds pages alone.
 *
 * @throws SiteError naming links to files that do not exist
 */
export function linkSourcesToRepository(text: string, context: LinkContext): string {
  const missing: string[] = [];
  const result = text.replaceAll(/\]\((?!#|[a-z]+:)([^)\s#]+)(#[^)\s]*)?\)/g, (link, path: string, anchor = '') => {
    const target = posix.join(posix.dirname(context.file), path);
    const stats = statSync(posix.join(context.root, target), { throwIfNoEntry: false });
    if (stats === undefined) missing.push(path);
    if (stats?.isFile() === true && ON_THE_SITE.test(target)) return link;
    return `](${context.repository}/${stats?.isFile() === true ? 'blob' : 'tree'}/main/${target}${anchor})`;
  });
  if (missing.length > 0) throw new SiteError(`${context.file} links to what does not exist: ${missing.join(', ')}`);
  return result;
}

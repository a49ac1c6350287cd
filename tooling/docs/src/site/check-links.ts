import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** A link or resource of a page that leads nowhere, or away where it must not. */
export interface LinkProblem {
  /** Path of the page, from the folder of the site. */
  readonly page: string;
  readonly link: string;
  readonly problem: 'no such file' | 'no such anchor' | 'loaded from elsewhere';
}

interface Page {
  readonly anchors: ReadonlySet<string>;
  readonly links: readonly string[];
  /** Scripts, styles, images: what a browser loads by itself. */
  readonly resources: readonly string[];
}

/** Reads every page of a folder. Addresses of other hosts are not asked. */
export function checkLinks(folder: string): readonly LinkProblem[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const names = new Set(files);
  const pages = new Map(
    files.filter((name) => name.endsWith('.html')).map((name) => [name, readPage(join(folder, name))] as const),
  );
  return [...pages].flatMap(([page, { links, resources }]) => {
    const problemOf = (link: string): LinkProblem['problem'] | null => {
      if (isElsewhere(link)) return null;
      const [path = '', anchor = ''] = link.split('#');
      const target = path === '' ? page : posix.join(posix.dirname(page), decodeURIComponent(path));
      if (!names.has(target)) return 'no such file';
      if (anchor === '' || pages.get(target)?.anchors.has(decodeURIComponent(anchor)) !== false) return null;
      return 'no such anchor';
    };
    const loaded = resources
      .filter((link) => isElsewhere(link) && !link.startsWith('data:'))
      .map((link) => ({ page, link, problem: 'loaded from elsewhere' }) as const);
    const broken = [...new Set([...links, ...resources])].flatMap((link) => {
      const problem = problemOf(link);
      return problem === null ? [] : [{ page, link, problem } as const];
    });
    return [...loaded, ...broken];
  });
}

function readPage(path: string): Page {
  const html = readFileSync(path, 'utf8');
  const all = (pattern: RegExp): string[] => [...html.matchAll(pattern)].map(([, value = '']) => unescape(value));
  return {
    anchors: new Set(all(/\s(?:id|name)="([^"]*)"/g)),
    links: all(/<a\s(?:[^>]*?\s)?href="([^"]*)"/g),
    resources: [
      ...all(/<(?:img|script|source)\s(?:[^>]*?\s)?(?:src|srcset)="([^"]*)"/g),
      ...all(/<link\s(?:[^>]*?\s)?href="([^"]*)"/g),
    ],
  };
}

function isElsewhere(link: string): boolean {
  return /^(?:[a-z][a-z+.-]*:|\/\/)/i.test(link);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

function unescape(value: string): string {
  return value.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity);
}

import type { Route } from '../routes/route.ts';
import type { DocsPage } from './docs-page.ts';

/** The document about the routes, and the page that shows it; both are made at the first request. */
export interface Documentation {
  json(): Promise<string>;
  page(): Promise<DocsPage>;
}

export function createDocumentation(routes: () => readonly Route[], version: string): Documentation {
  let json: Promise<string> | null = null;
  let page: Promise<DocsPage> | null = null;
  const build = async () => (await import('./build-document.ts')).buildDocument(routes(), version);
  return {
    json: () => (json ??= build().then((document) => JSON.stringify(document))),
    page: () => (page ??= Promise.all([import('./docs-page.ts'), build()]).then(([{ docsPage }, it]) => docsPage(it))),
  };
}

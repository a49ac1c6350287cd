import type { Route } from '../routes/route.ts';

/** What tells about the routes; made, with all that this takes, when somebody asks for it first. */
export interface Documentation {
  json(): Promise<string>;
  page(): Promise<string>;
}

export function createDocumentation(routes: () => readonly Route[], version: string): Documentation {
  let json: Promise<string> | null = null;
  let page: Promise<string> | null = null;
  const build = async () => (await import('./build-document.ts')).buildDocument(routes(), version);
  return {
    json: () => (json ??= build().then((document) => JSON.stringify(document))),
    page: () => (page ??= Promise.all([import('./docs-page.ts'), build()]).then(([{ docsPage }, it]) => docsPage(it))),
  };
}

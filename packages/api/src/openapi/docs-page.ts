import { createHash } from 'node:crypto';
import type { Content, JsonSchema, OpenApiDocument } from './document.ts';
import { exampleCommand, type ListedOperation } from './example-command.ts';
import { REFERENCE } from './schemas.ts';

export interface DocsPage {
  readonly html: string;
  /** Allows the page's own style and search, and nothing else. */
  readonly contentSecurityPolicy: string;
}

/** The document as one page that needs nothing else: no other file, and without its script all but the search. */
export function docsPage({ info, tags, paths, components }: OpenApiDocument): DocsPage {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const sections = tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    return `<section id="${escape(name)}"><h2>${escape(name)}</h2><p>${escape(description)}</p>${own.map(formatOperation).join('')}</section>`;
  });
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `<details id="schema-${escape(name)}"><summary><code>${escape(name)}</code> <span>${inline(textOf(schema['description']))}</span></summary>${formatSchema(schema)}</details>`,
  );
  const links = [...tags.map(({ name }) => name), 'Schemas'].map(
    (name) => `<a href="#${escape(name)}">${escape(name)}</a>`,
  );
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(info.title)} API</title><style>${STYLE}</style></head>
<body><header><h1>${escape(info.title)} <small>${escape(info.version)}</small></h1>
<input type="search" id="search" aria-label="Search" placeholder="Search" hidden><nav>${links.join('')}</nav></header>
<main><p>${inline(info.description)}</p><p>Send your key as <code>?apikey=KEY</code>, or as <code>Authorization: Bearer KEY</code>.
The commands work as they stand in a container with the label <code>io.balena.features.supervisor-api</code>.
For programs: <a href="openapi.json">openapi.json</a>.</p><p id="none" role="status" hidden>Nothing has these words.</p>${sections.join('\n')}
<section id="Schemas"><h2>Schemas</h2><p>What answers and bodies are made of</p>${schemas.join('')}</section></main>
<script>${SEARCH}</script></body></html>
`;
  const script = createHash('sha256').update(SEARCH).digest('base64');
  return {
    html,
    contentSecurityPolicy: `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${script}'`,
  };
}

/** Shows the entries that have every word, and opens the one that the address names. */
const SEARCH = `
const field = document.getElementById('search'), none = document.getElementById('none');
const entries = [...document.querySelectorAll('details')].map((element) => [element, element.textContent.toLowerCase()]);
field.hidden = false;
field.addEventListener('input', () => {
  const words = field.value.toLowerCase().split(' ').filter(Boolean);
  for (const [element, text] of entries) element.hidden = !words.every((word) => text.includes(word));
  for (const section of document.querySelectorAll('section')) section.hidden = !section.querySelector('details:not([hidden])');
  none.hidden = entries.some(([element]) => !element.hidden);
});
const open = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) { target.open = true; target.scrollIntoView(); }
};
addEventListener('hashchange', open);
open();
`;

function formatOperation({ path, method, operation }: ListedOperation): string {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  const rows = parameters.map(
    (one) =>
      `<tr><td><code>${escape(one.name)}</code></td><td>${one.in}${one.required ? '' : ', optional'}</td><td>${inline(one.description ?? '')}</td></tr>`,
  );
  const answers = Object.entries(responses).map(
    ([status, response]) =>
      `<tr><td><b class="s${status.charAt(0)}">${status}</b></td><td>${inline(response.description)}${formatContent(response.content)}</td></tr>`,
  );
  return `<details id="${operationId}"><summary><b class="m ${method.toLowerCase()}">${method}</b> <code>${escape(path)}</code> <span>${inline(summary)}</span></summary>
<p>${inline(description)}</p>
<pre>${escape(exampleCommand({ path, method, operation }))}</pre>
${rows.length === 0 ? '' : `<h3>Parameters</h3><table>${rows.join('')}</table>`}
${requestBody === undefined ? '' : `<h3>Body</h3>${formatSchema(requestBody.content['application/json']?.schema)}`}
<h3>Answers</h3><table>${answers.join('')}</table></details>
`;
}

function formatContent(content: Content | undefined): string {
  return Object.entries(content ?? {})
    .map(([type, { schema }]) => ` <small>${escape(type)}</small>${formatSchema(schema)}`)
    .join('');
}

/** An object as a table of its fields, one with a name as a link, anything else as it is. */
function formatSchema(schema: JsonSchema | undefined): string {
  const reference = nameOf(schema);
  if (reference !== null) return ` <a href="#schema-${escape(reference)}"><code>${escape(reference)}</code></a>`;
  const fields = fieldsOf(schema);
  if (fields !== null) {
    const rows = fields.map(
      ([name, one]) =>
        `<tr><td><code>${escape(name)}</code></td><td><code>${escape(typeOf(one))}</code></td><td>${inline(textOf(one['description']))}</td></tr>`,
    );
    return rows.length === 0 ? '' : `<table>${rows.join('')}</table>`;
  }
  const text = JSON.stringify(schema, null, 2) ?? '';
  return text.length < 40 ? '' : `<pre>${escape(text)}</pre>`;
}

function fieldsOf(schema: JsonSchema | undefined): (readonly [string, JsonSchema])[] | null {
  const properties = schema?.['properties'];
  if (!isSchema(properties)) return null;
  return Object.entries(properties).map(([name, one]) => [name, isSchema(one) ? one : {}]);
}

/** e.g. `string | null`, `true | 1 | "on"`, `{name, services: {…}}`. */
function typeOf(schema: unknown): string {
  if (!isSchema(schema)) return 'anything';
  const reference = nameOf(schema);
  if (reference !== null) return reference;
  const { anyOf, enum: words, const: word, type, items, additionalProperties } = schema;
  if (Array.isArray(anyOf)) return anyOf.map(typeOf).join(' | ');
  if (Array.isArray(words)) return words.map((one) => JSON.stringify(one)).join(' | ');
  if (word !== undefined) return JSON.stringify(word);
  if (type === 'array') return `[${typeOf(items)}]`;
  if (type !== 'object') return Array.isArray(type) ? type.map(textOf).join(' | ') : textOf(type) || 'anything';
  const fields = fieldsOf(schema) ?? [];
  if (fields.length > 0) return `{${fields.map(([name, one]) => `${name}: ${typeOf(one)}`).join(', ')}}`;
  return isSchema(additionalProperties) ? `{[name]: ${typeOf(additionalProperties)}}` : 'object';
}

/** `null`: it is no reference. */
function nameOf(schema: JsonSchema | undefined): string | null {
  const reference = textOf(schema?.['$ref']);
  return reference.startsWith(REFERENCE) ? reference.slice(REFERENCE.length) : null;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text with `code` in it. */
function inline(text: string): string {
  return escape(text).replaceAll(/`([^`]*)`/g, '<code>$1</code>');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const STYLE = `
:root{color-scheme:light dark;--line:light-dark(#d8dee4,#30363d);--soft:light-dark(#f6f8fa,#161b22);--dim:light-dark(#59636e,#9198a1)}
*{box-sizing:border-box}body{margin:0;font:16px/1.5 system-ui,sans-serif;background:light-dark(#fff,#0d1117);color:light-dark(#1f2328,#e6edf3)}
header{position:sticky;top:0;display:flex;flex-wrap:wrap;gap:.5rem 2rem;align-items:baseline;padding:.75rem 1.5rem;background:var(--soft);border-bottom:1px solid var(--line)}
h1{font-size:1.25rem;margin:0}h1 small{font-weight:400;color:var(--dim)}nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem}a{color:light-dark(#0969da,#4493f8)}
main{max-width:64rem;margin:0 auto;padding:1rem 1.5rem 4rem}section{scroll-margin-top:4rem}
h2{margin:2.5rem 0 0;font-size:1.4rem}[hidden]{display:none!important}input{font:inherit;padding:.25rem .6rem;border:1px solid var(--line);border-radius:.4rem;background:Canvas;color:CanvasText;min-width:14rem}
h2+p{margin-top:0;color:var(--dim)}h3{font-size:.85rem;margin:1rem 0 .25rem;color:var(--dim)}
details{border:1px solid var(--line);border-radius:.4rem;margin:.4rem 0;padding:0 .9rem}details[open]{padding-bottom:.9rem}
summary{cursor:pointer;padding:.5rem 0;display:flex;flex-wrap:wrap;gap:.2rem .75rem;align-items:baseline}summary span{color:var(--dim);flex:1 1 20rem}
code,pre{font:.86em/1.5 ui-monospace,monospace}pre{background:var(--soft);border-radius:.3rem;padding:.6rem .8rem;white-space:pre-wrap;overflow-wrap:anywhere;margin:.3rem 0}
table{border-collapse:collapse;width:100%}td{border-top:1px solid var(--line);padding:.35rem .75rem .35rem 0;vertical-align:top}td:first-child{white-space:nowrap;width:1%}td code{overflow-wrap:anywhere}
.m{display:inline-block;min-width:4.2rem;font-size:.8rem}.get{color:light-dark(#1a7f37,#3fb950)}.post{color:light-dark(#0969da,#4493f8)}
.patch{color:light-dark(#9a6700,#d29922)}.delete{color:light-dark(#d1242f,#f85149)}.s2{color:light-dark(#1a7f37,#3fb950)}.s4{color:light-dark(#9a6700,#d29922)}.s5{color:light-dark(#d1242f,#f85149)}
`;

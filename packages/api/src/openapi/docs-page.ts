import type { Content, JsonSchema, OpenApiDocument, OpenApiOperation } from './document.ts';

/** The document as one page that needs nothing else: no script, no other file. */
export function docsPage({ info, tags, paths }: OpenApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const sections = tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    return `<section id="${escape(name)}"><h2>${escape(name)}</h2><p>${escape(description)}</p>${own.map(formatOperation).join('')}</section>`;
  });
  const links = tags.map(({ name }) => `<a href="#${escape(name)}">${escape(name)}</a>`).join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(info.title)} API</title><style>${STYLE}</style></head>
<body><header><h1>${escape(info.title)} <small>${escape(info.version)}</small></h1><nav>${links}</nav></header>
<main><p>${inline(info.description)}</p><p>Send your key as <code>?apikey=KEY</code>, or as <code>Authorization: Bearer KEY</code>.
For programs: <a href="openapi.json">openapi.json</a>.</p>${sections.join('\n')}</main></body></html>
`;
}

interface ListedOperation {
  readonly path: string;
  readonly method: string;
  readonly operation: OpenApiOperation;
}

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

function exampleCommand({ path, method, operation }: ListedOperation): string {
  const query = operation.security.length === 0 ? '' : '?apikey=$BALENA_SUPERVISOR_API_KEY';
  const url = `"$BALENA_SUPERVISOR_ADDRESS${path.replaceAll(/\{(\w+)\}/g, '<$1>')}${query}"`;
  return method === 'GET' ? `curl ${url}` : `curl -X ${method} -H "Content-Type: application/json" ${url}`;
}

function formatContent(content: Content | undefined): string {
  return Object.entries(content ?? {})
    .map(([type, { schema }]) => ` <small>${escape(type)}</small>${formatSchema(schema)}`)
    .join('');
}

/** An object as a table of its fields, anything else as it is. */
function formatSchema(schema: JsonSchema | undefined): string {
  const fields = fieldsOf(schema);
  if (fields !== null) {
    const rows = fields.map(
      ([name, one]) =>
        `<tr><td><code>${escape(name)}</code></td><td><code>${escape(typeOf(one))}</code></td><td>${inline(textOf(one['description']))}</td></tr>`,
    );
    return rows.length === 0 ? '' : `<table>${rows.join('')}</table>`;
  }
  const text = JSON.stringify(schema, null, 2) ?? '';
  return text.length < 40 || text.includes('"$ref"') ? '' : `<pre>${escape(text)}</pre>`;
}

function fieldsOf(schema: JsonSchema | undefined): (readonly [string, JsonSchema])[] | null {
  const properties = schema?.['properties'];
  if (!isSchema(properties)) return null;
  return Object.entries(properties).map(([name, one]) => [name, isSchema(one) ? one : {}]);
}

/** e.g. `string | null`, `true | 1 | "on"`, `{name, services: {…}}`. */
function typeOf(schema: unknown): string {
  if (!isSchema(schema)) return 'anything';
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
h1{font-size:1.25rem;margin:0}h1 small{font-weight:400;color:var(--dim)}nav{display:flex;gap:1rem}a{color:light-dark(#0969da,#4493f8)}
main{max-width:64rem;margin:0 auto;padding:1rem 1.5rem 4rem}section{scroll-margin-top:4rem}
h2{margin:2.5rem 0 0;font-size:1.4rem}h2+p{margin-top:0;color:var(--dim)}h3{font-size:.85rem;margin:1rem 0 .25rem;color:var(--dim)}
details{border:1px solid var(--line);border-radius:.4rem;margin:.4rem 0;padding:0 .9rem}details[open]{padding-bottom:.9rem}
summary{cursor:pointer;padding:.5rem 0;display:flex;flex-wrap:wrap;gap:.2rem .75rem;align-items:baseline}summary span{color:var(--dim);flex:1 1 20rem}
code,pre{font:.86em/1.5 ui-monospace,monospace}pre{background:var(--soft);border-radius:.3rem;padding:.6rem .8rem;white-space:pre-wrap;overflow-wrap:anywhere;margin:.3rem 0}
table{border-collapse:collapse;width:100%}td{border-top:1px solid var(--line);padding:.35rem .75rem .35rem 0;vertical-align:top}td:first-child{white-space:nowrap;width:1%}td code{overflow-wrap:anywhere}
.m{display:inline-block;min-width:4.2rem;font-size:.8rem}.get{color:light-dark(#1a7f37,#3fb950)}.post{color:light-dark(#0969da,#4493f8)}
.patch{color:light-dark(#9a6700,#d29922)}.delete{color:light-dark(#d1242f,#f85149)}.s2{color:light-dark(#1a7f37,#3fb950)}.s4{color:light-dark(#9a6700,#d29922)}.s5{color:light-dark(#d1242f,#f85149)}
`;

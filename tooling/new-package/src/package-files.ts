import type { ScaffoldRequest } from './read-request.ts';

/** The files of a new package, by their path in it. */
export function packageFiles(request: ScaffoldRequest): Record<string, string> {
  const { name } = request;
  return {
    'package.json': json(manifest(request)),
    'turbo.json': `{\n  "extends": ["//"],\n  "tags": ["${request.layer}"]\n}\n`,
    'tsconfig.json': TSCONFIG,
    'README.md': readme(request),
    'src/index.ts': `export { ${functionName(name)} } from './describe-${name}.ts';\n`,
    [`src/describe-${name}.ts`]: source(request),
    [`src/describe-${name}.test.ts`]: test(request),
  };
}

/** A program that uses the package; the README shows its lines. */
export function exampleFile({ name }: ScaffoldRequest): string {
  return `// #region readme\n${exampleLines(name)}// #endregion\n`;
}

function exampleLines(name: string): string {
  const call = functionName(name);
  return `import { ${call} } from '@device-supervisor/${name}';\n\nconsole.log(${call}());\n`;
}

const HOME = 'https://github.com/device-supervisor/device-supervisor';

function manifest({ name, layer, description }: ScaffoldRequest): object {
  return {
    name: `@device-supervisor/${name}`,
    version: '0.0.0',
    description,
    keywords: [name, layer, 'device-management'].toSorted(),
    homepage: `${HOME}/tree/main/packages/${name}#readme`,
    bugs: `${HOME}/issues`,
    license: 'Apache-2.0',
    repository: { type: 'git', url: `git+${HOME}.git`, directory: `packages/${name}` },
    files: ['dist', 'src', '!**/*.test.*', '!**/*.tsbuildinfo'],
    type: 'module',
    sideEffects: false,
    exports: {
      '.': {
        '@device-supervisor/source': './src/index.ts',
        types: './dist/index.d.ts',
        default: './dist/index.js',
      },
    },
    scripts: { build: 'tsc -b' },
    engines: { node: '>=22' },
  };
}

const TSCONFIG = `{
  "extends": "../../tsconfig.base.json",
  "compilerOptions": { "rootDir": "src", "outDir": "dist" },
  "include": ["src"],
  "exclude": ["src/**/*.test.ts"],
  "references": []
}
`;

function readme({ name, layer, description }: ScaffoldRequest): string {
  const call = functionName(name);
  return `# @device-supervisor/${name}

${description}.

Separate, because …

\`\`\`sh
npm install @device-supervisor/${name}
\`\`\`

\`\`\`ts
${exampleLines(name)}\`\`\`

## API

| export | what it is |
| --- | --- |
| \`${call}()\` | what this package is, as a sentence |

## Errors

None.

Layer: ${layer}.
`;
}

function source({ name, description }: ScaffoldRequest): string {
  return `/** The purpose of this package, as a sentence. */
export function ${functionName(name)}(): string {
  return ${quoted(`${description}.`)};
}
`;
}

function test({ name, description }: ScaffoldRequest): string {
  const call = functionName(name);
  return `import { expect, it } from 'vitest';
import { ${call} } from './index.ts';

it('says what it is', () => {
  expect(${call}()).toBe(${quoted(`${description}.`)});
});
`;
}

/** `host-config` → `describeHostConfig`. */
function functionName(name: string): string {
  const words = name.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `describe${words.join('')}`;
}

/** A string literal as the formatter writes it. */
function quoted(text: string): string {
  return text.includes("'") && !text.includes('"')
    ? JSON.stringify(text)
    : `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

import { glob, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');
const METRIC = /\b(?:supervisor|process|device|nodejs)_[a-z_]+/g;

/** Names of metrics that the programs have. */
async function namesInSources(): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const file of glob(['packages/*/src/**/*.ts', 'apps/supervisor/src/**/*.ts'], { cwd: ROOT })) {
    if (file.endsWith('.test.ts')) continue;
    const text = await readFile(join(ROOT, file), 'utf8');
    for (const [, name = ''] of text.matchAll(/'((?:supervisor|process|device|nodejs)_[a-z_]+)'/g)) names.add(name);
  }
  return names;
}

it.each(['dashboard.json', 'alerts.yml'])('docs/monitoring/%s asks for metrics that there are', async (file) => {
  const text = await readFile(join(ROOT, 'docs/monitoring', file), 'utf8');
  const names = await namesInSources();
  const used = [...text.matchAll(METRIC)].map(([name]) => name.replace(/_(?:bucket|count)$/, ''));
  expect(used.length).toBeGreaterThan(10);
  expect([...new Set(used)].filter((name) => !names.has(name))).toEqual([]);
});

it('the dashboard is JSON with a query in each panel', async () => {
  const text = await readFile(join(ROOT, 'docs/monitoring/dashboard.json'), 'utf8');
  const dashboard: { panels: { title: string; targets: { expr: string }[] }[] } = JSON.parse(text);
  for (const { title, targets } of dashboard.panels) expect([title, targets.length > 0]).toEqual([title, true]);
});

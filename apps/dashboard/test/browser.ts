import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { source as axeSource } from 'axe-core';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { expect } from 'vitest';
import * as z from 'zod';

/** Chromium of Debian, with a profile of its own. */
export interface TestBrowser extends AsyncDisposable {
  readonly context: BrowserContext;
  open(url: string): Promise<TestPage>;
}

export interface TestPage {
  readonly page: Page;
  /** Errors of the page, and what its policy kept it from. */
  readonly faults: readonly string[];
  /** Examines the view in every size and scheme: nothing overflows, and axe finds nothing. `PICTURES=1` keeps pictures of it. */
  look(name: string): Promise<void>;
}

/** Where pictures stay, for a person to look at. */
const PICTURES = resolve(import.meta.dirname, '../../../.state/screenshots/dashboard');

/** Set by a person who wants to look at them: to draw and compress 120 pictures takes longer than to examine the views. */
const KEEPS_PICTURES = process.env['PICTURES'] !== undefined;

const SIZES = [
  { width: 1600, height: 1000 },
  { width: 800, height: 1000 },
  { width: 360, height: 780 },
] as const;
const SCHEMES = ['light', 'dark'] as const;
/** Milliseconds: ends what would wait forever, and says nothing about how fast the page has to be. */
const PATIENCE = 10 * 60_000;

export async function startBrowser(): Promise<TestBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    viewport: SIZES[0],
    timeout: PATIENCE,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
  context.setDefaultTimeout(PATIENCE);
  return {
    context,
    async open(url) {
      const page = await context.newPage();
      const faults: string[] = [];
      page.on('pageerror', ({ message }) => faults.push(message));
      page.on('console', (message) => {
        // Requests that a lost connection or a missing key makes fail are shown on the page.
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
          faults.push(message.text());
      });
      await page.goto(url);
      return { page, faults, look: (name) => look(page, name) };
    },
    async [Symbol.asyncDispose]() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

async function look(page: Page, name: string): Promise<void> {
  if (KEEPS_PICTURES) await mkdir(PICTURES, { recursive: true });
  for (const size of SIZES) {
    await page.setViewportSize(size);
    const content = Number(await page.evaluate('document.documentElement.scrollHeight'));
    // As high as the content, so that what is fixed to the window's edge is there, too.
    await page.setViewportSize({ ...size, height: Math.max(size.height, content) });
    // The schemes of one size after the other: another size is laid out and drawn again, which costs more than other colors.
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      if (KEEPS_PICTURES) await page.screenshot({ path: join(PICTURES, `${name}-${size.width}-${colorScheme}.png`) });
      const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      expect(overflow, `${name} at ${size.width} px is as wide as the window`).toBeLessThanOrEqual(0);
      const findings = await violations(page, colorScheme === SCHEMES[0] ? EVERY_RULE : RULES_OF_COLORS);
      expect(findings, `${name} at ${size.width} px, ${colorScheme}`).toEqual([]);
    }
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.setViewportSize(SIZES[0]);
}

const AxeResult = z.object({
  violations: z.array(
    z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })) }),
  ),
});

const EVERY_RULE = {};
/** A scheme changes nothing but colors. */
const RULES_OF_COLORS = { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } };

/** The findings of axe, one line each. */
async function violations(page: Page, rules: object): Promise<string[]> {
  // The debugger's way around the page's policy, which forbids scripts that are written into it. Half a megabyte: once a page.
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(`(() => { ${axeSource} })()`);
  const options = JSON.stringify({ resultTypes: ['violations'], ...rules });
  const result = AxeResult.parse(await page.evaluate(`axe.run(document, ${options})`));
  return result.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => `${id}: ${html} ${failureSummary}`),
  );
}

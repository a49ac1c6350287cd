import * as z from 'zod';
import { RouteNotFoundError } from '../errors.ts';
import type { PageFiles } from '../ports.ts';
import type { RouteDependencies } from './dependencies.ts';
import { defineRoute, type Route, type RouteContext } from './route.ts';

/**
 * The page for people. It is open: its content is the same on every device, and what it shows, it asks other routes for.
 */
export function pageRoutes({ page = NO_PAGE }: RouteDependencies): readonly Route[] {
  const answers = (contentType: string, example: string) => () =>
    ({ 200: { type: 'text', contentType, example } }) as const;
  return [
    defineRoute({
      method: 'GET',
      path: '/',
      subject: 'Supervisor',
      scope: 'none',
      summary: 'The page that shows the device, and lets a person steer it',
      input: {},
      answers: answers('text/html; charset=UTF-8', '<!doctype html>'),
      handle: ({ context }) => answerFile('index.html', page, context),
    }),
    defineRoute({
      method: 'GET',
      path: '/page/:file',
      subject: 'Supervisor',
      scope: 'none',
      summary: 'A script, style or picture of the page',
      input: { params: z.object({ file: z.string().meta({ examples: ['page.js'] }) }) },
      answers: answers('text/javascript; charset=UTF-8', 'export {};'),
      handle: ({ input: { params }, context }) => answerFile(params.file, page, context),
    }),
  ];
}

const NO_PAGE: PageFiles = { read: async () => null };

/** The sources that the page may load from: this device alone, and no inline content. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** @throws RouteNotFoundError */
async function answerFile(name: string, page: PageFiles, context: RouteContext): Promise<Response> {
  const acceptsGzip = /\bgzip\b/.test(context.req.header('accept-encoding') ?? '');
  const file = await page.read(name, acceptsGzip);
  if (file === null) throw new RouteNotFoundError(context.req.path);
  return context.body(file.bytes, 200, {
    'content-type': file.contentType,
    ...(file.isGzip ? { 'content-encoding': 'gzip' } : {}),
    vary: 'accept-encoding',
    // Files with a hash in their name never change; the page that names them does.
    'cache-control': file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
}

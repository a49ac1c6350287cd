import * as z from 'zod';
import { json } from '../../schema/answers.ts';
import type { OwnDependencies } from '../dependencies.ts';
import { defineRoute, type Route } from '../route.ts';

/** Routes about the routes. They are open: their content is the same on every device. */
export function documentRoutes({ document }: OwnDependencies): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v3/openapi.json',
      subject: 'Supervisor',
      scope: 'none',
      summary: 'This document: every route, as OpenAPI 3.1',
      input: {},
      answers: () => ({ 200: json(z.looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) })) }),
      handle: async ({ context }) => context.body(await document.json(), 200, { 'content-type': 'application/json' }),
    }),
    defineRoute({
      method: 'GET',
      path: '/v3/docs',
      subject: 'Supervisor',
      scope: 'none',
      summary: 'The same as a page for people',
      input: {},
      answers: () => ({ 200: { type: 'text', contentType: 'text/html; charset=UTF-8', example: '<!doctype html>' } }),
      async handle({ context }) {
        const { html, contentSecurityPolicy } = await document.page();
        return context.body(html, 200, {
          'content-type': 'text/html; charset=UTF-8',
          'content-security-policy': contentSecurityPolicy,
        });
      },
    }),
  ];
}

import { Validator } from '@seriousme/openapi-schema-validator';
import { decodeTargetStateV2, decodeTargetStateV3 } from '@device-supervisor/state';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createTestApi } from '../testing/test-api.ts';
import type { OpenApiDocument } from './document.ts';

const { api, request } = createTestApi();

async function readDocument(): Promise<OpenApiDocument> {
  const response = await request('/v3/openapi.json');
  return z.custom<OpenApiDocument>((value) => typeof value === 'object').parse(await response.json());
}

describe('GET /v3/openapi.json', () => {
  it('is valid OpenAPI 3.1, as another program sees it', async () => {
    const result = await new Validator().validate(structuredClone({ ...(await readDocument()) }));
    expect(result).toEqual({ valid: true });
  });

  it('has every route, with the path parameters that it needs', async () => {
    const { paths } = await readDocument();
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(documented.toSorted()).toEqual(
      api.routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`).toSorted(),
    );
    for (const [path, methods] of Object.entries(paths)) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const { parameters = [] } of Object.values(methods)) {
        expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(names);
      }
    }
  });

  it('gives each operation a name of its own', async () => {
    const { paths } = await readDocument();
    const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
    expect(ids).toContain('postV2ApplicationsAppIdRestartService');
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('describes what a route takes by the schema that checks it', async () => {
    const { paths, components } = await readDocument();
    const restart = paths['/v2/applications/{appId}/restart-service']?.['post'];
    expect(restart?.requestBody?.content['application/json']).toEqual({
      schema: { $ref: '#/components/schemas/ServiceRequest' },
      example: { serviceName: 'main', force: false },
    });
    expect(components.schemas['ServiceRequest']).toMatchObject({
      type: 'object',
      properties: { serviceName: expect.anything(), imageId: expect.anything(), force: { anyOf: expect.anything() } },
    });
    expect(Object.keys(restart?.responses ?? {})).toEqual([
      '200',
      '400',
      '401',
      '403',
      '404',
      '413',
      '423',
      '429',
      '503',
    ]);
    expect(restart?.responses['401']?.content).toHaveProperty('text/plain');
  });

  it('has a name for what programs handle, and an example for each body', async () => {
    const { paths, components } = await readDocument();
    expect(Object.keys(components.schemas)).toEqual(
      expect.arrayContaining([
        'Plan',
        'Operation',
        'DeviceState',
        'Event',
        'TargetStateV2',
        'TargetStateV3',
        'HealthProblem',
        'Lock',
      ]),
    );
    expect(paths['/v3/plan']?.['get']?.responses['200']?.content?.['application/json']?.schema).toEqual({
      $ref: '#/components/schemas/Plan',
    });
    const bodies = Object.values(paths).flatMap((methods) =>
      Object.values(methods).flatMap(({ operationId, requestBody }) =>
        requestBody === undefined ? [] : [[operationId, requestBody.content['application/json']?.example] as const],
      ),
    );
    expect(bodies.length).toBeGreaterThan(15);
    expect(bodies.filter(([, example]) => example === undefined)).toEqual([]);
  });

  it('names target states that the decoders take', async () => {
    const { paths, components } = await readDocument();
    const local = paths['/v2/local/target-state']?.['post']?.requestBody?.content['application/json']?.example;
    expect(decodeTargetStateV2(local).apps).toHaveProperty('1.release.services.main.composition.ports');
    const [cloud] = z
      .object({ examples: z.array(z.looseObject({})) })
      .parse(components.schemas['TargetStateV3']).examples;
    const [uuid = ''] = Object.keys(cloud ?? {});
    expect(Object.values(decodeTargetStateV3(cloud, uuid).apps)).toMatchObject([
      { release: { services: { main: {} } } },
    ]);
  });

  it('asks for no key where none is needed', async () => {
    const { paths } = await readDocument();
    expect(paths['/ping']?.['get']?.security).toEqual([]);
    expect(paths['/v1/device']?.['get']?.security).toHaveLength(3);
  });
});

describe('GET /v3/docs', () => {
  it('has every route, and loads nothing from elsewhere', async () => {
    const response = await request('/v3/docs');
    expect(response.headers.get('content-type')).toBe('text/html; charset=UTF-8');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    const html = await response.text();
    for (const { summary } of api.routes) expect(html).toContain(summary.split('`')[0]?.replaceAll('&', '&amp;'));
    expect(html).not.toMatch(/<script \w|https?:\/\/(?!registry\.example)|@import|url\(/);
  });
});

import * as z from 'zod';
import { Flag } from './inputs.ts';

const PROXY_TYPES = ['socks4', 'socks5', 'http-connect', 'http-relay'] as const;
const Port = z.union([z.int(), z.string()], { error: 'must be a port number' });
const text = z.string('must be a string');

/** The types alone: which values the host takes, its own rules say. */
export const HostConfigPatch = z
  .looseObject({
    network: z.looseObject(
      {
        proxy: z
          .looseObject(
            {
              type: z.string('must be a string').meta({ examples: [...PROXY_TYPES] }),
              ip: text.meta({ description: 'Address or name of the proxy' }),
              port: Port,
              login: text.nullable(),
              password: text.nullable().meta({ description: 'As the login: null removes it' }),
              noProxy: z
                .array(text, 'must be a list')
                .nullable()
                .meta({ description: 'Addresses, subnets and host names that are reached without the proxy' }),
              dns: z.union([z.boolean(), z.string(), z.null()], { error: 'must be true, false or "ADDRESS:PORT"' }),
            },
            'must be an object',
          )
          .partial()
          .nullable()
          .optional()
          .meta({ description: 'Merged with the present values; null or {} removes the proxy' }),
        hostname: text.nullable().optional().meta({ description: 'Empty or null: the first 7 characters of the uuid' }),
        force: Flag,
      },
      { error: (issue) => (issue.input === undefined ? 'is missing' : 'must be an object') },
    ),
    force: Flag.meta({ description: 'Ignore update locks; also accepted inside `network`' }),
  })
  .meta({ id: 'HostConfigPatch', examples: [{ network: { hostname: 'kitchen' } }] });

export const HostConfigAnswer = z
  .strictObject({
    network: z.strictObject({
      proxy: z
        .looseObject({
          type: z.string(),
          ip: z.string(),
          port: z.int(),
          login: z.string(),
          password: z.string(),
          noProxy: z.array(z.string()),
          dns: z.union([z.boolean(), z.string()]),
        })
        .partial()
        .optional()
        .meta({ description: 'Absent: there is no proxy' }),
      hostname: z.string(),
    }),
  })
  .meta({ id: 'HostConfig' });

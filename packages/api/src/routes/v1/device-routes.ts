import type { DeviceState } from '@device-supervisor/device';
import * as z from 'zod';
import { visibleState } from '../../access.ts';
import { json, Progress } from '../../schema/answers.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { defineRoute, type Route } from '../route.ts';

/** The route about the device as a whole. */
export function deviceRoutes({ device, host, version }: RouteDependencies): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/device',
      subject: 'State',
      scope: 'app',
      summary: 'How the device is, and whether an update is pending',
      input: {},
      answers: () => ({
        200: json(
          z.strictObject({
            api_port: z.int(),
            commit: z.string().optional().meta({ description: 'Absent while an update is applied' }),
            ip_address: z.string().meta({ description: 'Addresses with blanks between them' }),
            mac_address: z.string().meta({ description: 'Addresses with blanks between them' }),
            status: z.string().meta({ description: 'Of the first service; `Idle` when it runs, or there is none' }),
            download_progress: Progress,
            os_version: z.string(),
            supervisor_version: z.string(),
            update_pending: z.boolean(),
            update_downloaded: z.boolean(),
            update_failed: z.boolean(),
          }),
        ),
      }),
      handle({ access, context }) {
        const { ip, mac } = host.addresses();
        return context.json({
          api_port: device.facts.apiPort,
          ip_address: ip.join(' '),
          mac_address: mac.join(' '),
          os_version: device.facts.hostOsVersion,
          supervisor_version: version,
          ...formatUpdate({ ...device.state(), ...visibleState(device.state(), access) }),
        });
      },
    }),
  ];
}

function formatUpdate({ applying, apps, images, blocked }: DeviceState) {
  const [app] = apps;
  const [service] = app?.services ?? [];
  const isDownloading = images.some(({ status }) => status === 'Downloading');
  return {
    ...(applying || app?.commit == null ? {} : { commit: app.commit }),
    status: service === undefined || service.status === 'Running' ? 'Idle' : service.status,
    download_progress: service?.downloadProgress ?? null,
    update_pending: applying,
    update_downloaded: applying && !isDownloading,
    // Something else than the order of things holds it up.
    update_failed: blocked.some(({ reason }) => reason !== 'dependency' && reason !== 'engine'),
  };
}

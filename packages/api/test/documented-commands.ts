import { expect } from 'vitest';

/** A command as clients of the API have it, and what it prints. */
export interface DocumentedCommand {
  readonly command: string;
  /** Whose key and app it is run with: the app that it is run in, or the one that it acts on. */
  readonly as: 'runner' | 'subject';
  /** A matcher for JSON, or for the text when it is none. */
  readonly prints: unknown;
  /** It continues until it is ended, after what is printed first. */
  readonly endless?: boolean;
}

const JSON_TYPE = '--header "Content-Type:application/json"';
const V2_APP = '$BALENA_SUPERVISOR_ADDRESS/v2/applications/$BALENA_APP_ID';
const KEY = 'apikey=$BALENA_SUPERVISOR_API_KEY';
const DATA_OK = { Data: 'OK', Error: '' };
const SUCCESS = { status: 'success' };
const CONTAINER = expect.stringMatching(/^[0-9a-f]{64}$/);

const get = (path: string, as: DocumentedCommand['as'], prints: unknown): DocumentedCommand => ({
  command: `curl -X GET ${JSON_TYPE} "$BALENA_SUPERVISOR_ADDRESS${path}?${KEY}"`,
  as,
  prints,
});
const post = (path: string, as: DocumentedCommand['as'], prints: unknown): DocumentedCommand => ({
  command: `curl -X POST ${JSON_TYPE} "$BALENA_SUPERVISOR_ADDRESS${path}?${KEY}"`,
  as,
  prints,
});
const service = (action: string): DocumentedCommand[] =>
  ['{"serviceName": "my-service"}', '{"imageId": 1234}'].map((body) => ({
    command: `curl ${JSON_TYPE} "${V2_APP}/${action}?${KEY}" -d '${body}'`,
    as: 'subject',
    prints: 'OK',
  }));

/**
 * Every command of the API's public document, with `<appId>` for the id of the subject, in an order in which each
 * leaves behind what the next one needs.
 */
export const DOCUMENTED_COMMANDS: readonly DocumentedCommand[] = [
  { command: `curl -X GET ${JSON_TYPE} "$BALENA_SUPERVISOR_ADDRESS/ping"`, as: 'runner', prints: 'OK' },
  { command: 'curl "$BALENA_SUPERVISOR_ADDRESS/v1/healthy"', as: 'runner', prints: 'OK' },
  post('/v1/blink', 'runner', 'OK'),
  {
    command: `curl -X POST ${JSON_TYPE} --data '{"force": true}' "$BALENA_SUPERVISOR_ADDRESS/v1/update?${KEY}"`,
    as: 'runner',
    prints: '',
  },
  post('/v1/reboot', 'runner', DATA_OK),
  post('/v1/shutdown', 'runner', DATA_OK),
  {
    command: `curl -X POST ${JSON_TYPE} --data '{"appId": <appId>}' "$BALENA_SUPERVISOR_ADDRESS/v1/purge?${KEY}"`,
    as: 'subject',
    prints: DATA_OK,
  },
  {
    command: `curl -X POST ${JSON_TYPE} --data '{"appId": <appId>}' "$BALENA_SUPERVISOR_ADDRESS/v1/restart?${KEY}"`,
    as: 'subject',
    prints: 'OK',
  },
  get('/v1/device', 'subject', {
    api_port: 48_484,
    commit: 'commit-of-subject',
    ip_address: expect.any(String),
    mac_address: expect.any(String),
    status: 'Idle',
    download_progress: null,
    os_version: expect.any(String),
    supervisor_version: '17.0.0',
    update_pending: false,
    update_downloaded: false,
    update_failed: false,
  }),
  post('/v1/apps/<appId>/stop', 'subject', { containerId: CONTAINER }),
  post('/v1/apps/<appId>/start', 'subject', { containerId: CONTAINER }),
  get('/v1/apps/<appId>', 'subject', {
    appId: expect.any(Number),
    commit: 'commit-of-subject',
    imageId: expect.any(String),
    containerId: CONTAINER,
    releaseId: 7,
    env: expect.objectContaining({ FOO: 'bar' }),
  }),
  {
    command: `curl -X PATCH ${JSON_TYPE} --data '{"network": {"hostname": "newhostname"}}' "$BALENA_SUPERVISOR_ADDRESS/v1/device/host-config?${KEY}"`,
    as: 'runner',
    prints: 'OK',
  },
  {
    command: `curl "$BALENA_SUPERVISOR_ADDRESS/v1/device/host-config?${KEY}"`,
    as: 'runner',
    prints: { network: { hostname: expect.any(String) } },
  },
  {
    command: `curl "$BALENA_SUPERVISOR_ADDRESS/v2/applications/state?${KEY}"`,
    as: 'subject',
    prints: {
      subject: expect.objectContaining({
        commit: 'commit-of-subject',
        services: {
          'my-service': expect.objectContaining({ status: 'Running', releaseId: 7, downloadProgress: null }),
        },
      }),
    },
  },
  {
    command: `curl "${V2_APP}/state?${KEY}"`,
    as: 'subject',
    prints: {
      local: {
        [90_111]: { services: { 1234: { status: 'Running', releaseId: 7, download_progress: null } } },
      },
      commit: 'commit-of-subject',
    },
  },
  {
    command: `curl "$BALENA_SUPERVISOR_ADDRESS/v2/state/status?${KEY}"`,
    as: 'subject',
    prints: {
      ...SUCCESS,
      appState: 'applied',
      overallDownloadProgress: null,
      containers: [
        {
          status: 'Running',
          serviceName: 'my-service',
          appId: 90_111,
          imageId: 1234,
          serviceId: expect.any(Number),
          containerId: CONTAINER,
          createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        },
      ],
      images: expect.any(Array),
      release: 'commit-of-subject',
    },
  },
  ...service('restart-service'),
  ...service('stop-service'),
  ...service('start-service'),
  {
    command: `curl -X POST --header "Content-Type: application/json" "${V2_APP}/restart?${KEY}"`,
    as: 'subject',
    prints: 'OK',
  },
  { command: `curl -X POST ${JSON_TYPE} "${V2_APP}/purge?${KEY}"`, as: 'subject', prints: 'OK' },
  {
    command: `curl "$BALENA_SUPERVISOR_ADDRESS/v2/version?${KEY}"`,
    as: 'runner',
    prints: { ...SUCCESS, version: '17.0.0' },
  },
  {
    command: `curl "$BALENA_SUPERVISOR_ADDRESS/v2/containerId?${KEY}"`,
    as: 'runner',
    prints: { ...SUCCESS, services: { 'service-one': CONTAINER, 'service-two': CONTAINER } },
  },
  {
    command: `curl "$BALENA_SUPERVISOR_ADDRESS/v2/containerId?${KEY}&service=service-one"`,
    as: 'runner',
    prints: { ...SUCCESS, containerId: CONTAINER },
  },
  {
    command: `curl "$BALENA_SUPERVISOR_ADDRESS/v2/local/device-info"`,
    as: 'runner',
    prints: { ...SUCCESS, info: { arch: 'amd64', deviceType: 'generic-amd64' } },
  },
  {
    command: 'curl "$BALENA_SUPERVISOR_ADDRESS/v2/local/logs"',
    as: 'runner',
    prints: { message: 'Streaming logs', isSystem: true },
    endless: true,
  },
  {
    command: `curl "$BALENA_SUPERVISOR_ADDRESS/v2/device/name?${KEY}"`,
    as: 'runner',
    prints: { ...SUCCESS, deviceName: 'bench' },
  },
  {
    command: `curl "$BALENA_SUPERVISOR_ADDRESS/v2/device/tags?${KEY}"`,
    as: 'runner',
    prints: { ...SUCCESS, tags: [{ id: 188_303, name: 'DeviceLocation', value: 'warehouse #3' }] },
  },
  {
    command: `curl "$BALENA_SUPERVISOR_ADDRESS/v2/device/vpn?${KEY}"`,
    as: 'runner',
    prints: { ...SUCCESS, vpn: { enabled: true, connected: false } },
  },
  { command: `curl "$BALENA_SUPERVISOR_ADDRESS/v2/cleanup-volumes?${KEY}"`, as: 'runner', prints: SUCCESS },
  {
    command: `curl -X POST -H "Content-Type: application/json" --data '{"follow":true,"all":true}' "$BALENA_SUPERVISOR_ADDRESS/v2/journal-logs?${KEY}"`,
    as: 'runner',
    prints: expect.stringContaining('hello'),
    endless: true,
  },
  {
    command: 'curl "$BALENA_SUPERVISOR_ADDRESS/v2/local/target-state"',
    as: 'runner',
    prints: {
      ...SUCCESS,
      state: { local: { name: 'bench', config: expect.any(Object), apps: expect.any(Object) } },
    },
  },
  post('/v1/regenerate-api-key', 'subject', expect.stringMatching(/^[0-9a-f]{64}$/)),
  {
    command: `curl -X POST ${JSON_TYPE} "$BALENA_SUPERVISOR_ADDRESS/v2/local/target-state" -d "$TARGET_STATE"`,
    as: 'runner',
    prints: { ...SUCCESS, message: 'OK' },
  },
];

/** The target of the document's last command: its images are nowhere, which is found out after the answer. */
export const DOCUMENTED_TARGET = {
  local: {
    name: 'Home',
    config: {
      HOST_CONFIG_disable_splash: '1',
      HOST_CONFIG_dtparam: 'i2c_arm=on,i2s=on',
      SUPERVISOR_LOCAL_MODE: '1',
      SUPERVISOR_POLL_INTERVAL: '600000',
      SUPERVISOR_OVERRIDE_LOCK: 'false',
    },
    apps: {
      1: {
        name: 'localapp',
        commit: 'localcommit',
        releaseId: '1',
        services: {
          1: {
            environment: {},
            labels: {},
            imageId: 1,
            serviceName: 'one',
            serviceId: 1,
            image: 'local_image_one:latest',
            running: true,
          },
          2: {
            environment: {},
            labels: {},
            network_mode: 'container:one',
            imageId: 2,
            serviceName: 'two',
            serviceId: 2,
            image: 'local_image_two:latest',
            running: true,
          },
        },
        volumes: {},
        networks: {},
      },
    },
  },
};

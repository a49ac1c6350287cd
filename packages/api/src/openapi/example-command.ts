import type { OpenApiOperation } from './document.ts';

/** An operation with where it is. */
export interface ListedOperation {
  readonly path: string;
  /** In capitals. */
  readonly method: string;
  readonly operation: OpenApiOperation;
}

/** Variables that a container has, by the name of the parameter or field. */
const VARIABLES: Readonly<Record<string, string>> = {
  appId: '$BALENA_APP_ID',
  uuid: '$BALENA_APP_UUID',
  service: '$BALENA_SERVICE_NAME',
  serviceName: '$BALENA_SERVICE_NAME',
};

/** The command for a shell in a container of the device: it works as it stands. */
export function exampleCommand({ path, method, operation }: ListedOperation): string {
  const query = operation.security.length === 0 ? '' : '?apikey=$BALENA_SUPERVISOR_API_KEY';
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => VARIABLES[name] ?? name);
  const body = exampleBody(operation);
  return [
    'curl',
    ...(streams(operation) ? ['-N'] : []),
    ...(method === 'GET' || (method === 'POST' && body !== null) ? [] : ['-X', method]),
    ...(body === null ? [] : ['-H "Content-Type: application/json"', '--data', body]),
    `"$BALENA_SUPERVISOR_ADDRESS${filled}${query}"`,
  ].join(' ');
}

/** `null`: the operation takes nothing. */
function exampleBody({ requestBody }: OpenApiOperation): string | null {
  const example = requestBody?.content['application/json']?.example;
  if (typeof example !== 'object' || example === null || Object.keys(example).length === 0) return null;
  const json = JSON.stringify(example);
  const own = Object.entries(example).filter(([name]) => Object.hasOwn(VARIABLES, name));
  if (own.length === 0) return `'${json.replaceAll("'", String.raw`'\''`)}'`;
  const filled = JSON.stringify({
    ...example,
    ...Object.fromEntries(
      own.map(([name, value]) => [name, typeof value === 'number' ? `#${name}#` : VARIABLES[name]]),
    ),
  });
  // A number has no quotes around it.
  return JSON.stringify(filled.replaceAll(/"#(\w+)#"/g, (_, name: string) => VARIABLES[name] ?? ''));
}

function streams({ responses }: OpenApiOperation): boolean {
  const types = Object.keys(responses['200']?.content ?? {});
  return types.includes('text/event-stream') || types.includes('application/x-ndjson');
}

/** The kind of a request. */
export type RequestKind =
  | 'register'
  | 'key-exchange'
  | 'device'
  | 'device-change'
  | 'config-variable'
  | 'poll'
  | 'report'
  | 'log-stream'
  | 'logs'
  | 'tags'
  | 'tags-change'
  | 'token'
  | 'delta'
  | 'other';

const KINDS: readonly (readonly [method: string, path: RegExp, kind: RequestKind])[] = [
  ['POST', /^\/device\/register$/, 'register'],
  ['POST', /^\/api-key\/device\/[^/]+\/device-key$/, 'key-exchange'],
  ['GET', /^\/device\/v3\/[^/]+\/state$/, 'poll'],
  ['PATCH', /^\/device\/v3\/state$/, 'report'],
  ['POST', /^\/device\/v2\/[^/]+\/log-stream$/, 'log-stream'],
  ['POST', /^\/device\/v2\/[^/]+\/logs$/, 'logs'],
  ['GET', /^\/v\d\/device_tag/, 'tags'],
  ['PATCH', /^\/device\/v3\/tags$/, 'tags-change'],
  ['POST', /^\/v\d\/device_config_variable/, 'config-variable'],
  ['GET', /^\/v\d\/device/, 'device'],
  ['PATCH', /^\/v\d\/device/, 'device-change'],
  ['GET', /^\/auth\/v1\/token$/, 'token'],
  ['GET', /^\/api\/v3\/delta$/, 'delta'],
];

export function requestKind(method: string, path: string): RequestKind {
  return KINDS.find(([each, pattern]) => each === method && pattern.test(path.replace(/\?.*/, '')))?.[2] ?? 'other';
}

import { isObject } from '../is-object.ts';
import type { ServiceInput } from './compose-input.ts';

/**
 * A service with `deploy.restart_policy` as its `restart`, as docker compose has it, unless it has one. Parts that `restart`
 * cannot say stay where they are.
 */
export function withDeployRestart(input: ServiceInput): ServiceInput {
  const { deploy, restart } = input;
  const policy = isObject(deploy) ? deploy['restart_policy'] : undefined;
  if (!isObject(deploy) || !isObject(policy) || restart != null) return input;
  const { condition = 'any', max_attempts: attempts, ...rest } = policy;
  const name = RESTARTS.get(String(condition));
  if (name === undefined) return input;
  const isLimited = name === 'on-failure' && (typeof attempts === 'number' || typeof attempts === 'string');
  const kept = isLimited || attempts == null ? rest : { ...rest, max_attempts: attempts };
  const { restart_policy: _policy, ...others } = deploy;
  return {
    ...input,
    restart: isLimited ? `${name}:${attempts}` : name,
    deploy: Object.keys(kept).length === 0 ? others : { ...others, restart_policy: kept },
  };
}

const RESTARTS: ReadonlyMap<string, string> = new Map([
  ['none', 'no'],
  ['on-failure', 'on-failure'],
  ['any', 'always'],
]);

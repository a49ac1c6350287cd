import { isObject } from '../is-object.ts';
import type { ComposeInput, ServiceInput } from './compose-input.ts';
import { didYouMean } from './did-you-mean.ts';
import type { ServiceContext } from './service-context.ts';

type Sections = Pick<ComposeInput, 'networks' | 'volumes' | 'configs' | 'secrets'>;
type Context = Pick<ServiceContext, 'fault' | 'leftOut'>;

/**
 * Checks that the networks, volumes, configs and secrets of a service are declared.
 *
 * @returns the service without those that are not
 */
export function checkReferences(
  { name, input }: { readonly name: string; readonly input: ServiceInput },
  sections: Sections,
  context: Context,
): ServiceInput {
  const undeclared = (kind: keyof Sections, item: string): string | null => {
    const declared = Object.keys(sections[kind] ?? {});
    if (declared.includes(item) || (kind === 'networks' && item === 'default')) return null;
    return `${kind.slice(0, -1)} ${item} is not declared in ${kind}${didYouMean(item, declared)}`;
  };
  const checkList = (field: string, kind: keyof Sections, itemOf: (entry: unknown) => string | null): unknown => {
    const entries = input[field];
    if (!Array.isArray(entries)) return entries;
    const faulty = entries.flatMap((entry, index) => {
      const item = itemOf(entry);
      const fault = item === null ? null : undeclared(kind, item);
      if (fault !== null) context.fault(['services', name, field, index], fault);
      return fault === null ? [] : [index];
    });
    context.leftOut(['services', name, field], faulty);
    return entries.filter((_, index) => !faulty.includes(index));
  };
  const checked: Record<string, unknown> = {
    volumes: checkList('volumes', 'volumes', volumeOf),
    secrets: checkList('secrets', 'secrets', sourceOf),
    configs: checkList('configs', 'configs', sourceOf),
    networks: checkList('networks', 'networks', (entry) => (typeof entry === 'string' ? entry : null)),
  };
  const { networks } = input;
  if (isObject(networks)) {
    checked['networks'] = Object.fromEntries(
      Object.entries(networks).filter(([network]) => {
        const fault = undeclared('networks', network);
        if (fault !== null) context.fault(['services', name, 'networks', network], fault);
        return fault === null;
      }),
    );
  }
  return { ...input, ...Object.fromEntries(Object.entries(checked).filter(([field]) => field in input)) };
}

function volumeOf(entry: unknown): string | null {
  if (typeof entry === 'string') {
    const [source = '', target] = entry.split(':');
    return target === undefined || source === '' || /^[./~]/.test(source) ? null : source;
  }
  return isObject(entry) && entry['type'] === 'volume' ? sourceOf(entry) : null;
}

function sourceOf(entry: unknown): string | null {
  if (typeof entry === 'string') return entry;
  return isObject(entry) && typeof entry['source'] === 'string' && entry['source'] !== '' ? entry['source'] : null;
}

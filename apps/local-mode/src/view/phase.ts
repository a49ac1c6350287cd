/** The phase of a service, as it is shown. */
export type Phase =
  | { readonly kind: 'waiting'; readonly reason: string | null }
  | { readonly kind: 'building'; readonly step: string | null }
  /** `percent`: whole number; `null`: not known. */
  | { readonly kind: 'downloading'; readonly percent: number | null }
  | { readonly kind: 'installing' }
  | { readonly kind: 'starting' }
  /** Runs, and its health is not known yet. */
  | { readonly kind: 'checking' }
  | { readonly kind: 'stopping' }
  /** It failed, and is about to be retried. */
  | { readonly kind: 'retrying'; readonly reason: string }
  | { readonly kind: 'running' }
  | { readonly kind: 'healthy' }
  | { readonly kind: 'completed' }
  | { readonly kind: 'unhealthy' }
  | { readonly kind: 'failed'; readonly reason: string }
  /** It waits for something that does not come about by itself. */
  | { readonly kind: 'blocked'; readonly reason: string };

/** `active`: it changes by itself; `good` and `bad`: it has settled. */
export type Outcome = 'active' | 'good' | 'bad';

export function outcomeOf(phase: Phase): Outcome {
  switch (phase.kind) {
    case 'waiting':
    case 'building':
    case 'downloading':
    case 'installing':
    case 'starting':
    case 'checking':
    case 'stopping':
    case 'retrying':
      return 'active';
    case 'running':
    case 'healthy':
    case 'completed':
      return 'good';
    case 'unhealthy':
    case 'failed':
    case 'blocked':
      return 'bad';
  }
}

/** Details beside the word; `''`: none. */
export function detailOf(phase: Phase): string {
  switch (phase.kind) {
    case 'waiting':
      return phase.reason ?? '';
    case 'building':
      return phase.step ?? '';
    case 'retrying':
    case 'failed':
    case 'blocked':
      return phase.reason;
    case 'downloading':
      return phase.percent === null ? '' : `${phase.percent} %`;
    case 'unhealthy':
      return 'its health check fails';
    default:
      return '';
  }
}

import type { ComponentChildren } from 'preact';
import type { Tone } from '../model/summarise-device.ts';

/** A short word about a state, in its colour. */
export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return (
    <span class={`badge ${tone}`}>
      <span class="dot" aria-hidden="true" />
      {children}
    </span>
  );
}

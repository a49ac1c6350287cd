import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface CardProps {
  readonly title: string;
  /** Beside the title: a number, a link, a button. */
  readonly aside?: ComponentChildren;
  readonly tone?: 'warn' | 'bad';
  readonly children: ComponentChildren;
}

/** A part of a view with its title. */
export function Card({ title, aside, tone, children }: CardProps) {
  const id = useId();
  return (
    <section class={`card ${tone ?? ''}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

import { useEffect } from 'preact/hooks';
import { message } from '../model/actions.ts';
import { Icon } from './icon.tsx';

/** Milliseconds for which a good message stays. */
const STAY = 5_000;

/** The result of the last action; a screen reader reads it out. */
export function ActionMessage() {
  const current = message.value;
  useEffect(() => {
    if (current?.tone !== 'good') return undefined;
    const timer = setTimeout(() => {
      if (message.value === current) message.value = null;
    }, STAY);
    return () => clearTimeout(timer);
  }, [current]);
  return (
    <div class="messages" role="status">
      {current !== null && (
        <p class={`message ${current.tone}`}>
          <span>{current.text}</span>
          <button
            type="button"
            class="plain icon-only"
            aria-label="Close the message"
            onClick={() => {
              message.value = null;
            }}
          >
            <Icon name="cross" />
          </button>
        </p>
      )}
    </div>
  );
}

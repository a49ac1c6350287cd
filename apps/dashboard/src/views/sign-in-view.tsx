import { useState } from 'preact/hooks';
import { Icon } from '../components/icon.tsx';
import { rememberKey, sessionKey } from '../model/session-key.ts';

/** Asks for a key. It goes into the storage of this tab alone: never into an address, a history or a log. */
export function SignInView({ onKey }: { readonly onKey: () => void }) {
  const [key, setKey] = useState('');
  const wasRefused = sessionKey.value !== '';
  return (
    <main class="sign-in">
      <form
        class="card form"
        onSubmit={(event) => {
          event.preventDefault();
          rememberKey(key.trim());
          onKey();
        }}
      >
        <span class="hero-icon">
          <Icon name="key" />
        </span>
        <h1>This device asks for a key</h1>
        <p>The key of the device opens everything; that of a service opens its own app.</p>
        <label>
          <span>Key</span>
          <input
            type="password"
            autocomplete="current-password"
            required
            value={key}
            aria-describedby="key-note"
            aria-invalid={wasRefused}
            onInput={({ currentTarget }) => setKey(currentTarget.value)}
          />
        </label>
        {wasRefused && (
          <p class="fault" role="alert">
            The device does not take this key.
          </p>
        )}
        <button type="submit">Sign in</button>
        <small id="key-note">It stays in this tab, and is forgotten when the tab is closed.</small>
      </form>
    </main>
  );
}

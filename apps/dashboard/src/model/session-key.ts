import { signal } from '@preact/signals';

const NAME = 'device-key';

/** The key that the person signed in with. It ends with the tab, and is sent in a header alone. */
export const sessionKey = signal(sessionStorage.getItem(NAME) ?? '');

export function rememberKey(key: string): void {
  if (key === '') sessionStorage.removeItem(NAME);
  else sessionStorage.setItem(NAME, key);
  sessionKey.value = key;
}

import { useSignalEffect } from '@preact/signals';
import { useRef, useState } from 'preact/hooks';
import { carryOut, toConfirm } from '../model/actions.ts';

/** Asks before something is stopped. The browser keeps the focus inside, and Escape closes it. */
export function ConfirmDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [force, setForce] = useState(false);
  const action = toConfirm.value;
  useSignalEffect(() => {
    if (toConfirm.value === null) return dialog.current?.close();
    setForce(false);
    if (dialog.current?.open === false) dialog.current.showModal();
  });
  return (
    <dialog
      ref={dialog}
      aria-labelledby="confirm-title"
      aria-describedby="confirm-text"
      onClose={() => {
        toConfirm.value = null;
      }}
    >
      <h2 id="confirm-title">{action?.title}?</h2>
      <p id="confirm-text">{action?.warning}</p>
      {action?.isForcible === true && (
        <label class="check">
          <input type="checkbox" checked={force} onChange={({ currentTarget }) => setForce(currentTarget.checked)} />
          Also if a service holds its update lock
        </label>
      )}
      <div class="buttons">
        <button type="button" class="plain" onClick={() => dialog.current?.close()}>
          Keep as it is
        </button>
        <button type="button" class="danger" onClick={() => action !== null && void carryOut(action, force)}>
          {action?.title}
        </button>
      </div>
    </dialog>
  );
}

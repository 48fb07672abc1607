import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface AskDialogProps {
  readonly heading: string;
  readonly button: string;
  readonly isDangerous?: boolean;
  readonly children?: ComponentChildren;
  /** Does it; what it rejects with is shown. */
  readonly act: () => Promise<unknown>;
  readonly close: () => void;
}

/** Asks before something is done, and says when it could not be. */
export function AskDialog({ heading, button, isDangerous = false, children, act, close }: AskDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [wrong, setWrong] = useState('');
  const [isBusy, setBusy] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setWrong('');
    try {
      await act();
      close();
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby="ask-heading" onClose={close}>
      <form onSubmit={submit}>
        <h2 id="ask-heading">{heading}</h2>
        {children}
        {wrong === '' ? null : (
          <p class="note tone-bad" role="alert">
            {wrong}
          </p>
        )}
        <div class="end">
          <button type="button" onClick={close}>
            Leave it
          </button>
          <button type="submit" class={`first${isDangerous ? ' danger' : ''}`} disabled={isBusy}>
            {button}
          </button>
        </div>
      </form>
    </dialog>
  );
}

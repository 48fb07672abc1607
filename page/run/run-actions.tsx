import { useEffect, useState } from 'preact/hooks';
import type { Action } from '../../src/ui/actions/actions.js';
import type { Preview } from '../../src/ui/actions/preview.js';
import { post } from '../data/api.js';
import { ACTIONS } from '../parts/actions.js';
import { AskDialog } from '../parts/ask-dialog.js';

interface ActionDialogProps {
  readonly app: string;
  readonly id: string;
  readonly action: Action;
  /** Of the task that it is about. */
  readonly path?: string | undefined;
  readonly close: () => void;
  readonly done: () => void;
}

const PREVIEWED: readonly (readonly [keyof Preview, string])[] = [
  ['aborted', 'Told to stop'],
  ['undone', 'Undone, in this order'],
  ['again', 'Called again'],
  ['stays', 'Stays as it is'],
];

/** Asks before something is asked of a run, and says what that would do. */
export function ActionDialog({ app, id, action, path, close, done }: ActionDialogProps) {
  const [preview, setPreview] = useState<Preview>();
  const [reason, setReason] = useState('');
  const asked = { action, id, ...(path === undefined ? {} : { path }) };
  useEffect(() => {
    post<{ preview: Preview }>(`/apps/${app}/run/action`, { ...asked, preview: true }).then(
      (answer) => setPreview(answer.preview),
      () => undefined,
    );
  }, []);
  const { heading, means, button, isDangerous } = ACTIONS[action];
  const act = async (): Promise<void> => {
    await post(`/apps/${app}/run/action`, { ...asked, ...(reason === '' ? {} : { reason }) });
    done();
  };
  return (
    <AskDialog heading={heading} button={button} isDangerous={isDangerous === true} act={act} close={close}>
      {path === undefined ? null : <p class="mono">{path}</p>}
      <p>{means}</p>
      {PREVIEWED.map(([name, words]) => {
        const paths = preview?.[name] ?? [];
        return paths.length === 0 ? null : (
          <section key={name}>
            <h3>
              {words}: {paths.length}
            </h3>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
            <ul class="paths mono small" tabIndex={0}>
              {paths.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          </section>
        );
      })}
      {action === 'cancel' || action === 'halt' ? (
        <label class="field">
          <span>Why, for whoever looks at it later (kept in plain text)</span>
          <input value={reason} maxLength={500} onInput={(event) => setReason(event.currentTarget.value)} />
        </label>
      ) : null}
    </AskDialog>
  );
}

import { useState } from 'preact/hooks';
import type { Action } from '../../src/ui/actions/actions.js';
import { post } from '../data/api.js';
import { ACTIONS } from './actions.js';
import { AskDialog } from './ask-dialog.js';

const OFFERED: readonly Action[] = ['cancel', 'halt', 'suspend', 'retry', 'requeue'];

interface Answer {
  readonly done: number;
  readonly refused: readonly { readonly id: string; readonly message: string }[];
}

/** Asks the same of all runs that were chosen. */
export function BulkBar({ app, ids, done }: { readonly app: string; readonly ids: readonly string[]; readonly done: () => void }) {
  const [action, setAction] = useState<Action>();
  const [answer, setAnswer] = useState<Answer>();
  const count = ids.length === 1 ? '1 run' : `${ids.length.toLocaleString('en')} runs`;
  return (
    <section class="bar" aria-label="What is asked of all that are chosen">
      <strong>{count} chosen</strong>
      {OFFERED.map((one) => (
        <button key={one} type="button" class={ACTIONS[one].isDangerous ? 'danger' : ''} onClick={() => setAction(one)}>
          {ACTIONS[one].button}
        </button>
      ))}
      <button type="button" class="quiet" onClick={done}>
        Choose none
      </button>
      {answer === undefined ? null : (
        <p role="status">
          Asked of {answer.done}.
          {answer.refused.length === 0 ? '' : ` ${answer.refused.length} refused it: ${answer.refused[0]?.message ?? ''}`}
        </p>
      )}
      {action === undefined ? null : (
        <AskDialog
          heading={ACTIONS[action].heading}
          button={`${ACTIONS[action].button}: ${count}`}
          isDangerous={ACTIONS[action].isDangerous === true}
          close={() => setAction(undefined)}
          act={async () => setAnswer(await post<Answer>(`/apps/${app}/runs/action`, { action, ids }))}
        >
          <p>{ACTIONS[action].means}</p>
          <p>It is asked of {count}. What can’t be asked of one of them is refused, and the others go on.</p>
        </AskDialog>
      )}
    </section>
  );
}

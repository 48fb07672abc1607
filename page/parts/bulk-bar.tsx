import { useState } from 'preact/hooks';
import type { Action } from '../../src/ui/actions/actions.js';
import type { AskedOfMany } from '../../src/ui/asking/runs.js';
import { post } from '../data/api.js';
import { ACTIONS } from './actions.js';
import { AskDialog } from './ask-dialog.js';

const OFFERED: readonly Action[] = ['cancel', 'halt', 'suspend', 'retry', 'requeue'];

/** Which runs are asked: those that were chosen, or all that match what the list is asked for. */
export type Chosen =
  | { readonly ids: readonly string[] }
  | { readonly query: Readonly<Record<string, string | undefined>>; readonly count: string };

interface BulkBarProps {
  readonly app: string;
  readonly chosen: Chosen;
  readonly changed: () => void;
  readonly close: () => void;
}

interface Answers {
  readonly asked: number;
  readonly done: number;
  readonly why?: string;
  readonly isWhole: boolean;
}

/** Asks the same of many runs. */
export function BulkBar({ app, chosen, changed, close }: BulkBarProps) {
  const [action, setAction] = useState<Action>();
  const [answers, setAnswers] = useState<Answers>();
  const count =
    'ids' in chosen ? (chosen.ids.length === 1 ? '1 run' : `${chosen.ids.length.toLocaleString('en')} runs`) : `all ${chosen.count} runs`;
  const ask = async (asked: Action): Promise<void> => {
    let answer: Answers = { asked: 0, done: 0, isWhole: false };
    let next: string | undefined;
    do {
      const answered: AskedOfMany = await post(`/apps/${app}/runs/action`, { action: asked, ...which(chosen, next) });
      next = answered.next;
      const why = answer.why ?? answered.refused[0]?.message;
      answer = {
        asked: answer.asked + answered.asked,
        done: answer.done + answered.done,
        ...(why === undefined ? {} : { why }),
        isWhole: next === undefined,
      };
      setAnswers(answer);
    } while (next !== undefined);
    changed();
  };
  return (
    <section class="bar" aria-label="What is asked of all that are chosen">
      <strong>{count} chosen</strong>
      {OFFERED.map((one) => (
        <button key={one} type="button" class={ACTIONS[one].isDangerous ? 'danger' : ''} onClick={() => setAction(one)}>
          {ACTIONS[one].button}
        </button>
      ))}
      <button type="button" class="quiet" onClick={close}>
        Choose none
      </button>
      {answers === undefined ? null : <p role="status">{wordsOf(answers)}</p>}
      {action === undefined ? null : (
        <AskDialog
          heading={ACTIONS[action].heading}
          button={`${ACTIONS[action].button}: ${count}`}
          isDangerous={ACTIONS[action].isDangerous === true}
          close={() => setAction(undefined)}
          act={() => ask(action)}
        >
          <p>{ACTIONS[action].means}</p>
          <p>
            It is asked of <strong>{count}</strong>. What can’t be asked of one of them is refused, and the others go on.
          </p>
          {answers === undefined || answers.isWhole ? null : <p role="status">{wordsOf(answers)}</p>}
        </AskDialog>
      )}
    </section>
  );
}

function which(chosen: Chosen, before: string | undefined): object {
  if ('ids' in chosen) return { ids: chosen.ids };
  const query = Object.entries({ ...chosen.query, before }).flatMap(([name, value]) => (value ? [[name, value]] : []));
  return { query: new URLSearchParams(query).toString() };
}

function wordsOf({ asked, done, why, isWhole }: Answers): string {
  const refused = asked - done;
  return `Asked of ${asked}${isWhole ? '' : ' so far'}.${refused === 0 ? '' : ` ${refused} refused it: ${why ?? ''}`}`;
}

import { useState } from 'preact/hooks';
import { post } from '../data/api.js';
import { AskDialog } from '../parts/ask-dialog.js';

interface SignalDialogProps {
  readonly app: string;
  readonly id: string;
  /** Of the signal. */
  readonly name: string;
  readonly close: () => void;
  readonly done: () => void;
}

/** Sends a run the signal that it waits for, with JSON. */
export function SignalDialog({ app, id, name, close, done }: SignalDialogProps) {
  const [text, setText] = useState('');
  const act = async (): Promise<void> => {
    await post(`/apps/${app}/run/signal`, { id, name, ...(text.trim() === '' ? {} : { payload: parsed(text) }) });
    done();
  };
  return (
    <AskDialog heading={`Send the signal ‘${name}’?`} button="Send" act={act} close={close}>
      <p>It is heard once. What it may carry is said by the flow, which refuses anything else.</p>
      <label class="field">
        <span>What it carries, as JSON; empty: nothing</span>
        <textarea
          rows={5}
          spellcheck={false}
          placeholder='{ "by": "ada" }'
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
    </AskDialog>
  );
}

/** @throws Error in words for a person */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`This is no JSON: ${(error as Error).message}`);
  }
}

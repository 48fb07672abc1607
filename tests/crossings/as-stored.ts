import type { RunView } from '../../src/app/index.js';
import type { RunState } from '../../src/model/states.js';
import type { InboxMessage } from '../../src/persistence/index.js';
import type { Stage } from './process.js';

/** What is wrong with a run at rest as an operator sees it: it has to be what has happened. */
export function wrongView(view: Pick<RunView, 'state' | 'atoms' | 'failures'>, state: RunState, { ledger }: Stage): readonly string[] {
  const wrong = view.state === state ? [] : [`it is ${state}, and shown as ${view.state}`];
  for (const { path, state: of } of view.atoms) {
    const known = ledger.atom(path);
    if (of !== known && known !== 'WITHDRAWN') wrong.push(`${path} is ${known}, and shown as ${of}`);
  }
  if ((state === 'REVERTED' || state === 'FAILURE') && view.failures.length === 0) wrong.push(`${state} without failures`);
  return wrong;
}

/** What is wrong with the inbox of a run at rest: nothing waits there for what begins later. */
export function wrongInbox(inbox: readonly InboxMessage[], state: RunState, { hearing }: Stage['ledger']): readonly string[] {
  return (
    inbox
      // Who has asked for it has died, and the next one that looks does it.
      .filter(({ kind }) => !(hearing.isHalted && state === 'CANCELLED' && kind === 'cancel'))
      .filter(({ kind }) => state !== 'FAILURE' || kind === 'cancel' || kind === 'suspend')
      .map(({ kind }) => `it is ${state}, and a ${kind} is in its inbox`)
  );
}

export async function inboxOf({ store, id }: Stage): Promise<readonly InboxMessage[]> {
  const journal = store.connect();
  await journal.open();
  const run = await journal.find({ key: id });
  const loaded = run && (await journal.load(run.runId));
  await journal.close();
  return loaded?.inbox ?? [];
}

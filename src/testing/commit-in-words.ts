import type { CompiledFlow } from '../compilation/index.js';
import { type Entry, kindOf } from '../persistence/index.js';

/** What is stated at most of one commit. */
const MOST = 6;

/** What a commit states, for a person: `order/charge SUCCESS, order/ship RUNNING`. */
export function commitInWords(transitions: Entry['transitions'], atoms: CompiledFlow['atoms']): string {
  const facts = transitions.flatMap(([word, about]): readonly string[] => {
    const kind = kindOf(word).about;
    if (kind === 'atom') return [`${atoms[about as number]?.path ?? '…'} ${word}`];
    return kind === 'run' ? [`the run ${word === 'RUN' ? String(about) : word}`] : [];
  });
  const left = facts.length - MOST;
  const shown = facts.slice(0, MOST).join(', ') || transitions.map(([word]) => word).join(', ') || 'nothing new';
  return left > 0 ? `${shown} and ${left} more` : shown;
}

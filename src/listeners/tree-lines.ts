import type { AtomState, RunState } from '../model/states.js';
import { shortened, textWidth } from '../model/text/text-width.js';
import { took } from '../model/text/times.js';
import { shownText } from './event-text.js';
import type { RunTree, TreeNode } from './run-tree.js';

interface Look {
  readonly sign: string;
  /** Of the terminal's own. */
  readonly color: string;
}

const OF_ATOM: Readonly<Record<AtomState, Look>> = {
  PENDING: { sign: '·', color: '90' },
  RUNNING: { sign: '▶', color: '36' },
  WAITING: { sign: '…', color: '34' },
  SUCCESS: { sign: '✔', color: '32' },
  FAILURE: { sign: '✖', color: '31' },
  RETRYING: { sign: '↻', color: '33' },
  IGNORE: { sign: '−', color: '90' },
  REVERTING: { sign: '◀', color: '35' },
  REVERTED: { sign: '↩', color: '33' },
  REVERT_FAILURE: { sign: '‼', color: '31' },
};

const OF_RUN: Readonly<Record<RunState, Look>> = {
  PENDING: { sign: '·', color: '90' },
  RUNNING: { sign: '▶', color: '36' },
  SUSPENDED: { sign: '⏸', color: '34' },
  SUCCESS: { sign: '✔', color: '32' },
  REVERTED: { sign: '↩', color: '33' },
  CANCELLED: { sign: '⊘', color: '33' },
  FAILURE: { sign: '✖', color: '31' },
};

/** Cells of a bar of progress. */
const BAR = 20;

export interface Drawing {
  readonly color: boolean;
  readonly columns: number;
  readonly nowMs: number;
}

/** A run, and below it all that is in it. */
export function treeLines(tree: RunTree, drawing: Drawing): readonly string[] {
  const more = tree.leftOut === 0 ? [] : [onOneLine(`  and ${tree.leftOut} more`, '', drawing)];
  return [runLine(tree, drawing), ...tree.nodes.map((node) => nodeLine(node, drawing)), ...more];
}

/** A run in one line. */
export function runLine(tree: RunTree, drawing: Drawing): string {
  const { state, flow, runId, startedAtMs, durationMs, goesBack, reason } = tree;
  const isGoingBack = state === 'RUNNING' && goesBack;
  const { sign, color } = isGoingBack ? OF_ATOM.REVERTING : OF_RUN[state];
  const time = took(durationMs ?? drawing.nowMs - startedAtMs);
  const why = reason === undefined ? '' : `: ${shownText(reason)}`;
  const text = `${sign} ${shownText(flow)} ${shownText(runId)}  ${isGoingBack ? 'goes back' : state} ${time}${why}`;
  return onOneLine(text, color, drawing);
}

function nodeLine({ name, depth, state, fraction, attempt = 1, durationMs, why }: TreeNode, drawing: Drawing): string {
  const indent = '  '.repeat(Math.min(depth, 16));
  if (state === undefined) return onOneLine(`${indent}${shownText(name)}`, '', drawing);
  const { sign, color } = OF_ATOM[state];
  const facts = [
    state === 'SUCCESS' || state === 'PENDING' ? '' : state,
    fraction === undefined ? '' : bar(fraction),
    attempt > 1 ? `attempt ${attempt}` : '',
    durationMs === undefined ? '' : took(durationMs),
  ].filter((fact) => fact !== '');
  return onOneLine(
    `${indent}${sign} ${[shownText(name), ...facts].join(' ')}${why === undefined ? '' : `: ${shownText(why)}`}`,
    color,
    drawing,
  );
}

function bar(fraction: number): string {
  const full = Math.round(Math.max(0, Math.min(1, fraction)) * BAR);
  return `${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${Math.floor(fraction * 100)}%`;
}

/** On one line of the terminal: a longer one would take two, and could not be drawn over. */
function onOneLine(text: string, color: string, { color: isColored, columns }: Drawing): string {
  const cut = textWidth(text) < columns ? text : shortened(text, Math.max(1, columns - 1));
  return isColored && color !== '' ? `\x1b[${color}m${cut}\x1b[0m` : cut;
}

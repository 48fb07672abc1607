import type { FlowEvent, Listener } from '../engine/index.js';
import { type Clock, systemClock } from '../model/clock.js';
import { isEnded } from '../model/states.js';
import { levelOf } from './event-level.js';
import { prettyLine } from './lines.js';
import { RunTree } from './run-tree.js';
import { atExit, standardOutput, type TextStream, wantsColor } from './streams.js';
import { type Drawing, runLine, treeLines } from './tree-lines.js';

export interface TerminalOptions {
  /** Default: `process.stdout`. */
  readonly stream?: TextStream;
  /** Whether states have colours, too, beside their signs. Default: on a terminal, unless `NO_COLOR` is set. */
  readonly color?: boolean;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** A listener that draws on a terminal. */
export interface TerminalListener extends Listener {
  /** Draws what there is for the last time, and hears nothing more. The end of the process does the same. */
  close(): void;
}

/** Drawn at most so often. */
const PAUSE_MS = 80;
/** Runs that are kept: of more, only the end is written. */
const MAX_RUNS = 100;
/** Events by which a run that is not drawn is seen to live. Others may come after its end, or of one that nobody drives. */
const BEGINS_TREE: ReadonlySet<FlowEvent['type']> = new Set(['run', 'task', 'retry', 'wait', 'progress']);
/** What a terminal has that does not say so. */
const COLUMNS = 80;
const ROWS = 24;

/**
 * A listener that shows the runs of this process on a terminal, as trees that change while they run: states by sign and colour, bars of
 * progress, attempts, times, and what goes back. What has ended moves up and stays; what runs is below it, as much as fits.
 *
 * Where the output is no terminal, each change is one plain line. The cursor is never hidden, and nothing but what is drawn here is
 * drawn over, so that the terminal is as it was however the process ends.
 *
 * @example
 * ```ts
 * import { flowproof, memory } from 'flowproof';
 * import { terminal } from 'flowproof/listeners';
 *
 * const app = flowproof({ persistence: memory(), flows: [], onEvent: terminal() });
 * await app.stop();
 * ```
 */
export function terminal({
  stream = standardOutput(),
  color = wantsColor(stream),
  clock = systemClock,
}: TerminalOptions = {}): TerminalListener {
  if (stream.isTTY !== true) return Object.assign(plainLines(stream), { close: () => undefined });
  const screen = new Screen(stream, color, clock);
  const stopWatching = atExit(() => screen.close());
  return Object.assign((event: FlowEvent) => screen.hear(event), {
    close: () => {
      stopWatching();
      screen.close();
    },
  });
}

function plainLines(stream: TextStream): Listener {
  return (event) => {
    if (event.type !== 'progress') stream.write(`${prettyLine(event, levelOf(event), false)}\n`);
  };
}

class Screen {
  readonly #stream: TextStream;
  readonly #color: boolean;
  readonly #clock: Clock;
  /** By id, the oldest first. */
  readonly #runs = new Map<string, RunTree>();
  /** Lines that have ended, and are to be written above those that change. */
  #ended: string[] = [];
  /** How many lines can be drawn over. */
  #drawn = 0;
  #cancel: (() => void) | undefined;
  #isClosed = false;

  constructor(stream: TextStream, color: boolean, clock: Clock) {
    this.#stream = stream;
    this.#color = color;
    this.#clock = clock;
  }

  hear(event: FlowEvent): void {
    if (this.#isClosed) return;
    const { runId, flow } = event;
    const isOfTree =
      runId !== undefined && (this.#runs.has(runId) ? event.type !== 'schedule' && event.type !== 'board' : BEGINS_TREE.has(event.type));
    if (!isOfTree || flow === undefined) {
      if (levelOf(event) !== 'debug') this.#ended.push(prettyLine(event, levelOf(event), this.#color));
      this.#soon();
      return;
    }
    const tree = this.#runs.get(runId) ?? new RunTree({ flow, runId, atMs: event.atMs });
    tree.hear(event);
    if (event.type === 'run' && (isEnded(event.state) || event.state === 'SUSPENDED' || event.state === 'PENDING')) this.#end(tree);
    else if (this.#runs.size < MAX_RUNS || this.#runs.has(runId)) this.#runs.set(runId, tree);
    this.#soon();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancel?.();
    this.#draw();
  }

  #end(tree: RunTree): void {
    this.#runs.delete(tree.runId);
    // Of many at once, a line each.
    const isAlone = this.#runs.size < 4;
    this.#ended.push(...(isAlone ? treeLines(tree, this.#drawing) : [runLine(tree, this.#drawing)]));
  }

  get #drawing(): Drawing {
    return { color: this.#color, columns: this.#stream.columns ?? COLUMNS, nowMs: this.#clock.nowMs() };
  }

  #soon(): void {
    this.#cancel ??= this.#clock.after(
      PAUSE_MS,
      () => {
        this.#cancel = undefined;
        this.#draw();
      },
      { keepsAlive: false },
    );
  }

  #draw(): void {
    const changing = this.#fitting();
    const up = this.#drawn === 0 ? '' : `\x1b[${this.#drawn}A`;
    const text = [...this.#ended, ...changing].map((line) => `${line}\n`).join('');
    this.#stream.write(`${up}\x1b[J${text}`);
    this.#ended = [];
    this.#drawn = changing.length;
  }

  /** As much of what runs as there is room for: trees where all fit, else a line for each run. */
  #fitting(): readonly string[] {
    const drawing = this.#drawing;
    const room = Math.max(1, (this.#stream.rows ?? ROWS) - 1);
    const runs = [...this.#runs.values()];
    const trees = runs.map((tree) => treeLines(tree, drawing));
    if (trees.flat().length <= room) return trees.flat();
    const only = trees.length === 1 ? trees[0] : undefined;
    const lines = only ?? runs.map((tree) => runLine(tree, drawing));
    if (lines.length <= room) return lines;
    // Of one run, what it does now is at its end.
    return only === undefined
      ? [...lines.slice(0, room - 1), `and ${lines.length - room + 1} more`]
      : [...only.slice(0, 1), ...only.slice(only.length - room + 1)];
  }
}

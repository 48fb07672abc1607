import type { ShownEvent } from '../../src/ui/views/events.js';
import { type Span, spansOf } from '../data/fold.js';
import { Nothing } from '../parts/notes.js';
import { lookOf } from '../parts/state.js';
import { took } from '../parts/time.js';

interface TimelineProps {
  readonly events: readonly ShownEvent[];
  readonly nowMs: number;
  readonly hasEnded: boolean;
  readonly choose: (path: string) => void;
}

const TICKS = [0, 0.25, 0.5, 0.75, 1];
const MOST_ROWS = 500;

/** When each call was made: forward, and below it the rollback, in its own order. */
export function Timeline({ events, nowMs, hasEnded, choose }: TimelineProps) {
  const spans = spansOf(events);
  const [first] = spans;
  if (first === undefined) return <Nothing heading="Nothing was called yet" />;
  const fromMs = first.fromMs;
  const lastMs = Math.max(...spans.map(({ toMs, fromMs }) => toMs ?? (hasEnded ? fromMs : nowMs)), fromMs + 1);
  const scale = { fromMs, wholeMs: lastMs - fromMs };
  const forward = rowsOf(spans.filter(({ phase }) => phase === 'execute'));
  const back = rowsOf(spans.filter(({ phase }) => phase === 'revert'));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <section class="sheet" aria-label="Timeline" tabIndex={0}>
      <div class="timeline">
        <div class="track-row">
          <span />
          <div class="axis">
            {TICKS.map((tick) => (
              <span key={tick} style={{ left: `${tick * 100}%` }}>
                {scale.wholeMs < 100 ? `${(tick * scale.wholeMs).toFixed(1)} ms` : took(tick * scale.wholeMs)}
              </span>
            ))}
          </div>
        </div>
        <h2 class="lane">Forward</h2>
        <Rows rows={forward} scale={scale} choose={choose} />
        {back.length === 0 ? null : <h2 class="lane back">Rollback</h2>}
        <Rows rows={back} scale={scale} choose={choose} />
      </div>
    </section>
  );
}

type Row = readonly [path: string, spans: readonly Span[]];
interface Scale {
  readonly fromMs: number;
  readonly wholeMs: number;
}

/** By their first calls. */
function rowsOf(spans: readonly Span[]): readonly Row[] {
  const rows = new Map<string, Span[]>();
  for (const span of spans) rows.set(span.path, [...(rows.get(span.path) ?? []), span]);
  return [...rows];
}

function Rows({ rows, scale, choose }: { readonly rows: readonly Row[]; readonly scale: Scale; readonly choose: (path: string) => void }) {
  return (
    <ul>
      {rows.slice(0, MOST_ROWS).map(([path, spans]) => (
        <li key={path} class="track-row">
          <button type="button" class="link small" title={path} onClick={() => choose(path)}>
            {path.split('/').slice(1).join('/') || path}
          </button>
          <div class="track">
            {spans.map((span) => (
              <Bar key={span.fromMs} span={span} scale={scale} />
            ))}
          </div>
        </li>
      ))}
      {rows.length > MOST_ROWS ? <li class="dim small">and {rows.length - MOST_ROWS} more</li> : null}
    </ul>
  );
}

function Bar({ span, scale: { fromMs, wholeMs } }: { readonly span: Span; readonly scale: Scale }) {
  const { during, end, toMs = fromMs + wholeMs, attempt, failure, phase } = span;
  // A call is coloured by what came of it, a pause by itself.
  const { tone, word } = lookOf(during === 'RUNNING' || during === 'REVERTING' ? (end ?? during) : during);
  const [left, width] = [((span.fromMs - fromMs) / wholeMs) * 100, (Math.max(0, toMs - span.fromMs) / wholeMs) * 100];
  const words = `${word}, ${took(toMs - span.fromMs)}${attempt > 1 ? `, attempt ${attempt}` : ''}${failure === undefined ? '' : `: ${failure}`}`;
  const kinds = `${phase === 'revert' ? ' back' : ''}${end === undefined ? ' open' : ''}${during === 'WAITING' || during === 'RETRYING' ? ' waiting' : ''}`;
  return (
    <span
      class={`span tone-${tone}${kinds}`}
      style={{ left: `${Math.min(left, 99.6)}%`, width: `${Math.min(width, 100 - left)}%` }}
      title={words}
    >
      <span class="hidden">{words}</span>
    </span>
  );
}

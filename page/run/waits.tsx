import type { WhyWaiting } from '../../src/ui/views/why-waiting.js';
import { Sign } from '../parts/state.js';
import { momentOf, took } from '../parts/time.js';

interface WaitsProps {
  readonly waits: readonly WhyWaiting[];
  readonly nowMs: number;
  /** Sends the signal of this name; absent: nobody here can. */
  readonly send: ((name: string) => void) | undefined;
}

/** Why nothing happens, and since when. */
export function Waits({ waits, nowMs, send }: WaitsProps) {
  if (waits.length === 0) return null;
  return (
    <section class="note tone-waits" aria-label="Why it waits">
      <Sign state="WAITING" />
      <div>
        <h2>Why it waits</h2>
        <ul>
          {waits.map((wait) => (
            <li key={`${wait.for} ${wait.path ?? ''}`}>
              {wait.path === undefined ? null : <span class="mono">{wait.path} </span>}
              {reasonOf(wait)}
              {wait.sinceMs === undefined ? null : (
                <span class="dim" title={`since ${momentOf(wait.sinceMs)}`}>
                  {' '}
                  for {took(nowMs - wait.sinceMs)}
                </span>
              )}
              {wait.untilMs === undefined ? null : <span class="dim">, {untilWords(wait.untilMs, nowMs)}</span>}
              {wait.for === 'signal' && wait.name !== undefined && send !== undefined ? (
                <>
                  {' '}
                  <button type="button" class="link" onClick={() => send(wait.name ?? '')}>
                    Send it
                  </button>
                </>
              ) : null}
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

function untilWords(untilMs: number, nowMs: number): string {
  return untilMs > nowMs ? `until ${momentOf(untilMs)}, in ${took(untilMs - nowMs)}` : `due since ${momentOf(untilMs)}`;
}

function reasonOf({ for: what, name, key }: WhyWaiting): string {
  switch (what) {
    case 'timer':
      return 'waits for its time';
    case 'signal':
      return `waits for the signal ‘${name ?? ''}’`;
    case 'retry':
      return 'pauses before its next attempt';
    case 'slot':
      return `waits for a slot of the limit ${name ?? ''}${key === undefined ? '' : `, counted by ${key}`}`;
    case 'conductor':
      return 'It was posted, and waits for a conductor with its flow.';
    case 'poison':
      return 'Too many processes died with it: it is left alone until it is requeued.';
    case 'owner':
      return 'No living process has it: an app with its flow takes it up as soon as one runs.';
    case 'operator':
      return 'It was suspended, and rests until somebody resumes it.';
    case 'caller':
      return 'It is prepared, and begins when it is run or resumed.';
    case 'revert':
      return 'could not be undone: it is undone again, or taken as undone, by a person';
  }
}

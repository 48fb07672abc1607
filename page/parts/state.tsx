/** A state, by colour, sign and word: none of them is needed to know it. */
type Tone = 'going' | 'good' | 'bad' | 'undone' | 'waits' | 'rests';

interface Look {
  readonly tone: Tone;
  /** A path in a square of 16. */
  readonly sign: string;
  readonly word: string;
  readonly turns?: true;
}

const RING = 'M8 2a6 6 0 1 1-5.2 3';
const BACK = 'M6 4 3 7l3 3M3 7h6a3.5 3.5 0 0 1 0 7H7';
const LOOKS: Readonly<Record<string, Look>> = {
  PENDING: { tone: 'rests', sign: 'M8 3.2a4.8 4.8 0 1 1 0 9.6 4.8 4.8 0 0 1 0-9.6z', word: 'Pending' },
  RUNNING: { tone: 'going', sign: RING, word: 'Running', turns: true },
  SUSPENDED: { tone: 'rests', sign: 'M6 3.5v9M10 3.5v9', word: 'Suspended' },
  SUCCESS: { tone: 'good', sign: 'm3 8.5 3.2 3.2L13 5', word: 'Success' },
  REVERTED: { tone: 'undone', sign: BACK, word: 'Reverted' },
  FAILURE: { tone: 'bad', sign: 'm4 4 8 8M12 4l-8 8', word: 'Failure' },
  CANCELLED: { tone: 'rests', sign: 'M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11zM4.2 11.8l7.6-7.6', word: 'Cancelled' },
  REVERTING: { tone: 'undone', sign: RING, word: 'Reverting', turns: true },
  REVERT_FAILURE: { tone: 'bad', sign: 'M8 2.5 14 13H2zM8 6.5v3M8 11.2v.1', word: 'Revert failed' },
  RETRYING: { tone: 'waits', sign: 'M12.5 5A5.3 5.3 0 1 0 13.3 9M13 2v3.2H9.8', word: 'Retrying' },
  WAITING: { tone: 'waits', sign: 'M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11zM8 5v3.2l2.2 1.4', word: 'Waiting' },
  IGNORE: { tone: 'rests', sign: 'M3.5 8h9', word: 'Left out' },
};
const UNKNOWN: Look = { tone: 'rests', sign: 'M8 7.9v.2', word: '?' };

export function lookOf(state: string): Look {
  return (Object.hasOwn(LOOKS, state) ? LOOKS[state] : undefined) ?? { ...UNKNOWN, word: state };
}

/** @param props.isStill it is of the past */
export function Sign({ state, isStill = false }: { readonly state: string; readonly isStill?: boolean }) {
  const { sign, turns, tone } = lookOf(state);
  return (
    <svg class={`sign tone-${tone}${turns && !isStill ? ' turns' : ''}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={sign} />
    </svg>
  );
}

export function StateBadge({ state, partial }: { readonly state: string; readonly partial?: boolean }) {
  const { tone, word } = lookOf(state);
  return (
    <span class={`state tone-${tone}`}>
      <Sign state={state} />
      {word}
      {partial ? ', partial' : ''}
    </span>
  );
}

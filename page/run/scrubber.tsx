import { useRef } from 'preact/hooks';
import type { ShownEvent } from '../../src/ui/views/events.js';
import { clockOf } from '../parts/time.js';
import { eventWords } from './event-words.js';

interface ScrubberProps {
  readonly events: readonly ShownEvent[];
  /** How many of them are shown as done; absent: all, and what comes. */
  readonly at: number | undefined;
  readonly move: (at: number | undefined) => void;
}

/** Goes through the journal: what is shown is how the run stood after a step. */
export function Scrubber({ events, at, move }: ScrubberProps) {
  const input = useRef<HTMLInputElement>(null);
  if (events.length === 0) return null;
  const position = Math.min(at ?? events.length, events.length);
  const event = events[position - 1];
  return (
    <div class="scrubber">
      <label class="hidden" for="scrubber">
        Step of the journal
      </label>
      <button
        type="button"
        class="quiet"
        onClick={() => move(Math.max(0, position - 1))}
        disabled={position === 0}
        aria-label="One step back"
      >
        ‹
      </button>
      <input
        id="scrubber"
        ref={input}
        type="range"
        min={0}
        max={events.length}
        value={position}
        aria-valuetext={event === undefined ? 'before the first step' : eventWords(event)}
        onInput={({ currentTarget }) => move(Number(currentTarget.value) === events.length ? undefined : Number(currentTarget.value))}
      />
      <button
        type="button"
        class="quiet"
        onClick={() => move(position + 1 >= events.length ? undefined : position + 1)}
        disabled={position === events.length}
        aria-label="One step on"
      >
        ›
      </button>
      <button type="button" onClick={() => move(undefined)} disabled={at === undefined}>
        Now
      </button>
      <output for="scrubber" class="small">
        {at === undefined ? `All ${events.length} steps.` : `After ${position} of ${events.length} steps. `}
        {at === undefined || event === undefined ? '' : `${clockOf(event.atMs)} ${eventWords(event)}`}
      </output>
    </div>
  );
}

import { useState } from 'preact/hooks';
import type { ShownEvent } from '../../src/ui/views/events.js';
import { ownersOf } from '../data/fold.js';
import { Nothing } from '../parts/notes.js';
import { Sign } from '../parts/state.js';
import { clockOf, momentOf, took } from '../parts/time.js';
import { eventWords } from './event-words.js';

/** So many rows are shown before somebody wants all. */
const FEW = 300;

/** What the journal says, step by step, and which engines wrote it. */
export function Journal({ events }: { readonly events: readonly ShownEvent[] }) {
  const [isWhole, setWhole] = useState(false);
  if (events.length === 0) return <Nothing heading="Nothing is written yet" />;
  const shown = isWhole ? events : events.slice(-FEW);
  return (
    <>
      <Owners events={events} />
      <div class="sheet">
        {shown.length < events.length ? (
          <button type="button" class="quiet" onClick={() => setWhole(true)}>
            Show all {events.length.toLocaleString('en')} steps
          </button>
        ) : null}
        <table class="dense">
          <thead>
            <tr>
              <th class="number narrow">Entry</th>
              <th>When</th>
              <th class="number">Owner</th>
              <th>What</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((event, index) => (
              <tr key={`${event.seq} ${index}`}>
                <td class="number">{shown[index - 1]?.seq === event.seq ? <span class="hidden">{event.seq}</span> : event.seq}</td>
                <td class="time" title={momentOf(event.atMs)}>
                  {clockOf(event.atMs)}
                </td>
                <td class="number">{event.epoch}</td>
                <td>
                  {event.state === undefined ? null : <Sign state={event.state} isStill />} {eventWords(event)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Owners({ events }: { readonly events: readonly ShownEvent[] }) {
  const owners = ownersOf(events);
  if (owners.length < 2) return null;
  return (
    <div class="sheet">
      <table>
        <caption class="hidden">Which engines have had the run</caption>
        <thead>
          <tr>
            <th class="number">Owner</th>
            <th>From</th>
            <th>To</th>
            <th class="number">For</th>
            <th class="number">Entries</th>
          </tr>
        </thead>
        <tbody>
          {owners.map(({ epoch, fromMs, toMs, fromSeq, toSeq }) => (
            <tr key={epoch}>
              <td class="number">{epoch}</td>
              <td class="time">{clockOf(fromMs)}</td>
              <td class="time">{clockOf(toMs)}</td>
              <td class="number">{took(toMs - fromMs)}</td>
              <td class="number">
                {fromSeq}–{toSeq}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

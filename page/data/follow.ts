import { useEffect, useRef, useState } from 'preact/hooks';
import type { ShownEvent } from '../../src/ui/views/events.js';
import { useLive } from '../browser/live.js';
import { apiUrl } from './api.js';

/** What has become of a run so far, step by step. */
export interface Followed {
  readonly events: readonly ShownEvent[];
  /** `live`: what comes is shown. `ended`: nothing more comes. */
  readonly status: 'opening' | 'live' | 'ended' | 'paused' | 'broken';
  readonly trouble?: string;
}

/** So many are kept in the browser. */
const MOST = 20_000;

export function useFollowed(app: string, id: string): Followed {
  const { isOn } = useLive();
  const [followed, setFollowed] = useState<Followed>({ events: [], status: 'opening' });
  const known = useRef<{ key: string; events: ShownEvent[]; isEnded: boolean }>({ key: '', events: [], isEnded: false });
  useEffect(() => {
    const key = `${app} ${id}`;
    if (known.current.key !== key) known.current = { key, events: [], isEnded: false };
    const kept = known.current;
    if (!isOn) {
      if (!kept.isEnded) setFollowed({ events: kept.events, status: 'paused' });
      return;
    }
    // An ended run may have gone on: whoever looks again asks again.
    const last = kept.events.at(-1)?.seq;
    const source = new EventSource(apiUrl(`/apps/${app}/run/events`, { id, after: last === undefined ? undefined : String(last - 1) }));
    let frame = 0;
    const show = (change: Omit<Followed, 'events'>): void => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => setFollowed({ events: [...kept.events], ...change }));
    };
    const data = <Type>(event: Event): Type => JSON.parse((event as MessageEvent<string>).data) as Type;
    source.addEventListener('begin', (event) => {
      const { after } = data<{ after: number }>(event);
      // The step in which it was cut off comes again, whole.
      kept.events = kept.events.filter(({ seq }) => seq <= after);
      show({ status: 'live' });
    });
    source.addEventListener('step', (event) => {
      kept.events.push(data<ShownEvent>(event));
      if (kept.events.length > MOST) kept.events.splice(0, kept.events.length - MOST);
      show({ status: 'live' });
    });
    source.addEventListener('end', () => {
      source.close();
      kept.isEnded = true;
      show({ status: 'ended' });
    });
    source.addEventListener('trouble', (event) => {
      source.close();
      show({ status: 'broken', trouble: data<{ message: string }>(event).message });
    });
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) show({ status: 'broken', trouble: 'the server does not say what becomes of it' });
    });
    return () => {
      source.close();
      cancelAnimationFrame(frame);
    };
  }, [app, id, isOn]);
  return followed;
}

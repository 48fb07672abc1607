import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { useLive } from '../browser/live.js';
import { get, Refused } from './api.js';

/** What the server says of something, as far as it is known. */
export interface Data<Answer> {
  readonly value?: Answer;
  readonly error?: Refused;
  /** Asks again now. */
  reload(): void;
}

/**
 * Asks for something, and again every so often while somebody looks.
 *
 * @param everyMs absent: only once, and when it is reloaded
 */
export function useData<Answer>(
  path: string | undefined,
  query: Readonly<Record<string, string | undefined>> = {},
  everyMs?: number,
): Data<Answer> {
  const { isOn } = useLive();
  const [state, setState] = useState<{ readonly key: string; readonly value?: Answer; readonly error?: Refused }>({ key: '' });
  const [count, setCount] = useState(0);
  const key = JSON.stringify([path, query]);
  const latest = useRef(key);
  latest.current = key;
  useEffect(() => {
    if (path === undefined) return;
    const closing = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      try {
        const value = await get<Answer>(path, query, closing.signal);
        if (!closing.signal.aborted) setState({ key, value });
      } catch (error) {
        if (closing.signal.aborted) return;
        const refused = error instanceof Refused ? error : new Refused(0, 'UNREADABLE', String(error));
        // What was known is shown on, with what is wrong now.
        setState((was) => (was.key === key ? { ...was, error: refused } : { key, error: refused }));
      }
      if (everyMs !== undefined && isOn && !closing.signal.aborted) timer = setTimeout(ask, everyMs);
    };
    void ask();
    return () => {
      closing.abort();
      clearTimeout(timer);
    };
  }, [key, everyMs, isOn, count]);
  const reload = useCallback(() => setCount((was) => was + 1), []);
  const { value, error } = state.key === key ? state : ({} as { value?: Answer; error?: Refused });
  return { ...(value === undefined ? {} : { value }), ...(error === undefined ? {} : { error }), reload };
}

import type { ComponentChildren } from 'preact';
import type { Refused } from '../data/api.js';

/** Says what stands in the way, or that there is nothing. */
export function Trouble({ error, retry }: { readonly error: Refused | undefined; readonly retry?: () => void }) {
  if (error === undefined) return null;
  return (
    <div class="note tone-bad" role="alert">
      <div>
        <strong>{HEADINGS[error.code] ?? 'This can’t be shown'}</strong>
        <span>{error.message}</span>
        <span class="dim small">
          {error.code}
          {error.status === 503 || error.status === 0 ? ': it is tried again by itself.' : ''}
        </span>
      </div>
      {retry === undefined ? null : (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

const HEADINGS: Readonly<Record<string, string>> = {
  AWAY: 'The server is away',
  RUN_NOT_FOUND: 'There is no such run',
  STORE_UNREACHABLE: 'The store is out of reach',
  READ_ONLY: 'Nothing can be changed here',
  NO_SUCH_APP: 'There is no such app',
};

export function Nothing({ heading, children }: { readonly heading: string; readonly children?: ComponentChildren }) {
  return (
    <div class="nothing">
      <h2>{heading}</h2>
      {children}
    </div>
  );
}

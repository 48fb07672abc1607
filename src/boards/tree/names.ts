/** The parts of the tree. A job is one node, found by its id; what stands in the other directories says how it stands. */
export const DIRECTORIES = {
  /** id → record of the job, or that it was consumed */
  jobs: 'jobs',
  /** flow / place-id, free jobs and claimed ones */
  ready: 'ready',
  /** time-id */
  delayed: 'delayed',
  /** id → who has claimed it; gone with the session */
  claims: 'claims',
  /** id → why, where the record can't say it */
  trash: 'trash',
  /** time / id!token */
  done: 'done',
  /** flow, or the board */
  paused: 'paused',
} as const;

/** The number of turns that were given out. */
export const TURN = 'turn';

/** What is paused when the whole board is: no encoded name. */
export const WHOLE_BOARD = '*';

/** A text as a part of a path: of letters, digits, `_`, `-` and `%`. */
export function nameOf(text: string): string {
  return encodeURIComponent(text).replace(/[.!~*'()]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

export function textOf(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    // Somebody else's.
    return name;
  }
}

const TIME_LENGTH = 15;

export function timeName(atMs: number): string {
  return String(Math.max(0, Math.ceil(atMs))).padStart(TIME_LENGTH, '0');
}

export const jobPath = (id: string): string => `jobs/${nameOf(id)}`;
export const claimPath = (id: string): string => `claims/${nameOf(id)}`;
export const trashPath = (id: string): string => `trash/${nameOf(id)}`;
export const readyPath = (flow: string, place: string, id: string): string => `ready/${nameOf(flow)}/${place}-${nameOf(id)}`;
export const delayedPath = (dueAtMs: number, id: string): string => `delayed/${timeName(dueAtMs)}-${nameOf(id)}`;

/** The id in the name of a delayed job. */
export const delayedId = (name: string): string => textOf(name.slice(TIME_LENGTH + 1));

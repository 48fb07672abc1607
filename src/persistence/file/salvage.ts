import { isJsonObject, type Json, type JsonObject } from '../../model/json.js';
import { checkOf } from './records.js';

/** What damaged bytes of the log were, as far as they still say so. */
export type Remains =
  /** What a run began with. */
  | { readonly kind: 'begun'; readonly runId: string; readonly key: string; readonly facts: JsonObject; readonly atMs?: number }
  /** An entry of a run, or a message to one (also when it is not known which); the `others` are ids, too, of runs or writers. */
  | { readonly kind: 'entry' | 'message'; readonly runId?: string; readonly others: readonly string[] }
  | { readonly kind: 'pruned'; readonly runIds: readonly string[] }
  /** A shape or a logbook: of no single run. */
  | { readonly kind: 'shared' };

const LINE_END = 0x0a;
const ID = '[^"]{8}-[^"]{4}-[^"]{4}-[^"]{4}-[^"]{12}';
/** The digits of DURABLE and what separates the parts of a header, see `LogLine`. */
const REST_OF_HEADER = { least: 3, most: 18 };

/**
 * Reads whose lines damaged bytes of the log were.
 * @returns `undefined` when they don't say: then whatever run they belong to would lose something without a trace
 */
export function remainsIn(bytes: Buffer): readonly Remains[] | undefined {
  const found: Remains[] = [];
  for (let rest = bytes; rest.length > 0; ) {
    const end = endOfLine(rest);
    const remains = end === undefined ? undefined : remainsOf(rest.toString('utf8', 0, end));
    if (end === undefined || remains === undefined) return undefined;
    found.push(remains);
    rest = rest.subarray(end + 1);
  }
  return found;
}

/** Where the first line ends, if it is as long as it says: then no second one is hidden behind a line end that was damaged. */
function endOfLine(bytes: Buffer): number | undefined {
  const content = Number(/^.{8}.(\d+)/s.exec(bytes.toString('latin1', 0, 32))?.[1]);
  for (let end = bytes.indexOf(LINE_END); ; end = bytes.indexOf(LINE_END, end + 1)) {
    const length = end < 0 ? bytes.length : end;
    const header = length - content - 8 - String(content).length;
    if (header >= REST_OF_HEADER.least && header <= REST_OF_HEADER.most) return length;
    if (end < 0) return undefined;
  }
}

function remainsOf(line: string): Remains | undefined {
  const [meta = '', ...rest] = line.split('\t');
  const body = rest.join('\t');
  const kind = typeOf(meta);
  switch (kind) {
    case 'run':
      return begunIn(meta, body);
    case 'prune':
      return { kind: 'pruned', runIds: idsIn(meta).others };
    case 'shape':
    case 'logbook':
      return { kind: 'shared' };
    case 'entry':
    case 'message':
      return { kind, ...idsIn(meta) };
    case undefined:
      return undefined;
  }
}

/** By the word for it, or by what only records of this type have. */
function typeOf(meta: string): 'run' | 'prune' | 'shape' | 'logbook' | 'entry' | 'message' | undefined {
  const head = meta.slice(0, 80);
  const word = /"type":"(\w+)"/.exec(head)?.[1];
  switch (word) {
    case 'run':
    case 'prune':
    case 'shape':
    case 'logbook':
    case 'entry':
    case 'message':
      return word;
    case 'damage':
      return 'message';
    // Who has a run is found out anew, and how often it was taken is a guard: no run loses anything.
    case 'owners':
      return 'logbook';
    // What is lost of a schedule is declared anew: no run loses anything.
    case 'schedules':
    case 'unscheduled':
      return 'logbook';
    // What is lost of a change counts as the code says: no run loses anything.
    case 'limits':
    case 'unlimited':
      return 'logbook';
  }
  if (meta.includes('"run":{"key":')) return 'run';
  if (meta.includes('"changes":[')) return 'logbook';
  if (meta.includes('"runIds":[')) return 'prune';
  if (meta.includes('"entry":{')) return 'entry';
  if (meta.includes('"runId":')) return 'message';
  return head.includes('"fingerprint":"') || head.includes('"logbook":{') ? 'shape' : undefined;
}

/** The id of the run, and whatever else may be one. */
function idsIn(meta: string): { readonly runId?: string; readonly others: readonly string[] } {
  const runId = /"runId":"(.{36})/.exec(meta)?.[1];
  const others = [...meta.matchAll(new RegExp(`(?=(${ID}))`, 'g'))].map(([, id]) => id as string);
  return runId === undefined ? { others } : { runId, others };
}

function begunIn(meta: string, body: string): Remains | undefined {
  const record = parsed(meta.slice(meta.indexOf('{')));
  const created = parsed(body);
  const creation = Array.isArray(created) && Array.isArray(created[0]) ? (created[0][1] as Json) : undefined;
  const facts = (isJsonObject(record) ? record.run : undefined) ?? creation;
  const named = namedIn(meta, body);
  if (named === undefined || !isJsonObject(facts)) return undefined;
  const entry = isJsonObject(record) && isJsonObject(record.entry) ? record.entry : {};
  return { kind: 'begun', ...named, facts, ...(typeof entry.atMs === 'number' ? { atMs: entry.atMs } : {}) };
}

/**
 * A run's id and key. The key stands in both halves of the line, and the check tells which is right where one was damaged:
 * under another one the run could be begun a second time.
 */
function namedIn(meta: string, body: string): { readonly runId: string; readonly key: string } | undefined {
  const { runId, others } = idsIn(meta);
  const keys = [keyIn(meta), keyIn(body)];
  const check = /"check":"(\w+)"/.exec(meta)?.[1];
  for (const id of [...(runId === undefined ? [] : [runId]), ...others]) {
    for (const key of keys) if (key !== undefined && checkOf(id, key) === check) return { runId: id, key };
  }
  const [key, same] = keys;
  return runId === undefined || key === undefined || key !== same ? undefined : { runId, key };
}

function keyIn(text: string): string | undefined {
  const key = parsed(/"key":("(?:[^"\\]|\\.)*")/.exec(text)?.[1] ?? '');
  return typeof key === 'string' ? key : undefined;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

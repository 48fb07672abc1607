import { inWords } from '../../model/in-words.js';
import type { Json } from '../../model/json.js';
import { isNodeName, isRunId, isWholeText } from '../../model/names.js';
import type { Job, NewJob } from '../contract/job.js';

/** A job that is to be posted: all of it but the time, which the board has. */
export interface Posting {
  readonly job: Omit<Job, 'postedAtMs'>;
  readonly delayMs: number;
}

const MOST_PRIORITY = 100;
const LONGEST_DELAY_MS = 10 * 366 * 86_400_000;

/** @throws TypeError for a job that no board could keep, or whose run no store would take. */
export function postingOf(job: NewJob, newId: () => string): Posting {
  if (typeof job !== 'object' || job === null) throw new TypeError(`a job must be an object, not ${inWords(job)}`);
  const { id = newId(), flow, inputs, args, priority = 0, delayMs = 0, version, deadlineMs, logbook, metadata, trace } = job;
  if (!isRunId(id)) throw new TypeError(`the id of a job must be a text of 1 to 500 whole characters, not ${inWords(id)}`);
  if (!isNodeName(flow)) throw new TypeError(`job '${id}' names no flow: ${inWords(flow)}`);
  if (!Number.isInteger(priority) || Math.abs(priority) > MOST_PRIORITY)
    throw new TypeError(`the priority of job '${id}' must be a whole number from -100 to 100, not ${inWords(priority)}`);
  if (typeof delayMs !== 'number' || !(delayMs >= 0 && delayMs <= LONGEST_DELAY_MS))
    throw new TypeError(`the delayMs of job '${id}' must be from 0 to ten years, not ${inWords(delayMs)}`);
  if (typeof deadlineMs !== 'undefined' && !(typeof deadlineMs === 'number' && deadlineMs > 0 && deadlineMs < Number.POSITIVE_INFINITY))
    throw new TypeError(`the deadlineMs of job '${id}' must be above 0, not ${inWords(deadlineMs)}`);
  if (version !== undefined && !Number.isInteger(version))
    throw new TypeError(`the version of job '${id}' must be a whole number, not ${inWords(version)}`);
  for (const [name, text] of [['logbook', logbook] as const, ['trace', trace] as const])
    if (text !== undefined && !isWholeText(text)) throw new TypeError(`the ${name} of job '${id}' must be a text, not ${inWords(text)}`);
  if (metadata !== undefined && !(isRecord(metadata) && Object.entries(metadata).flat().every(isWholeText)))
    throw new TypeError(`the metadata of job '${id}' must be texts by name, not ${inWords(metadata)}`);
  const given = { version, args, deadlineMs, logbook, metadata, trace };
  const named = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { job: { id, flow, priority, inputs: plain(inputs, id), ...named }, delayMs: Math.ceil(delayMs) };
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Inputs as every board keeps them. */
function plain(inputs: unknown, id: string): Json {
  let text: string | undefined;
  try {
    text = JSON.stringify(inputs);
  } catch (cause) {
    throw new TypeError(`the inputs of job '${id}' are no JSON: encode them with the store's codec`, { cause });
  }
  if (text === undefined) throw new TypeError(`job '${id}' has no inputs: give {} where its flow takes none`);
  return JSON.parse(text) as Json;
}

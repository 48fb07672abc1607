import type { WireMessage } from './messages.js';

/** What a field must be. */
export type Shape = 'any' | 'given' | 'text' | 'count' | 'number' | 'flag' | 'failure' | 'failure?' | ((value: unknown) => boolean);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((one) => typeof one === 'string');
const isListOf = (isOne: (one: Readonly<Record<string, unknown>>) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every((one) => isObject(one) && isOne(one));

const TEXTS = ['task', 'runId', 'key', 'flow', 'fingerprint', 'path', 'idempotencyKey'] as const;
const COUNTS = ['version', 'round', 'turn', 'attempt', 'fence', 'atom'] as const;

/** A request as the code that makes calls reads it: what else is in it, only the code of the task sees. */
function isTaskRequest(value: unknown): boolean {
  if (!isObject(value) || value.of !== 'task' || !isObject(value.inputs)) return false;
  if (!TEXTS.every((name) => typeof value[name] === 'string') || !COUNTS.every((name) => Number.isSafeInteger(value[name]))) return false;
  for (const name of ['timeoutMs', 'deadlineAtMs']) if (value[name] !== undefined && typeof value[name] !== 'number') return false;
  if (value.trace !== undefined && typeof value.trace !== 'string') return false;
  if (value.phase === 'execute') return true;
  return value.phase === 'revert' && isObject(value.outcome) && Array.isArray(value.outcome.flowFailures);
}

const isManifest = (task: Readonly<Record<string, unknown>>): boolean =>
  typeof task.name === 'string' &&
  Number.isSafeInteger(task.version) &&
  ['requires', 'provides', 'keeps', 'revertRequires'].every((list) => isTexts(task[list]));

const isCallName = ({ engine, call }: Readonly<Record<string, unknown>>): boolean =>
  typeof engine === 'string' && Number.isSafeInteger(call);

const isSought = ({ call, work, attempt, fence, task, version }: Readonly<Record<string, unknown>>): boolean =>
  [call, attempt, fence, version].every(Number.isSafeInteger) && typeof work === 'string' && typeof task === 'string';

const isAbsentOr = (type: 'number' | 'string') => (value: unknown) => value === undefined || typeof value === type;

const NAME = { engine: 'text', call: 'count' } as const;
const OF_WORKER = { call: 'count', worker: 'text' } as const;

/** The fields of each message, beside those that nobody reads. */
export const WIRE_SHAPES: Readonly<Record<WireMessage['say'], Readonly<Record<string, Shape>>>> = {
  call: { ...NAME, work: 'text', request: isTaskRequest },
  abort: { ...NAME, reason: 'failure' },
  kill: NAME,
  saved: { ...NAME, save: 'count', failure: 'failure?' },
  took: { ...OF_WORKER, hasBegun: 'flag', queue: isAbsentOr('string'), agoMs: isAbsentOr('number') },
  begun: OF_WORKER,
  returned: OF_WORKER,
  save: { ...OF_WORKER, save: 'count', data: 'given' },
  progress: { ...OF_WORKER, fraction: 'number' },
  emit: { ...OF_WORKER, event: 'text' },
  end: { ...OF_WORKER, work: 'text', end: isObject },
  who: {},
  reattach: { engine: 'text', tasks: isListOf(isManifest), works: isListOf(isSought) },
  worker: {
    worker: 'text',
    queue: 'text',
    concurrency: 'count',
    hasCodec: 'flag',
    startedAtMs: 'number',
    tasks: isListOf(isManifest),
  },
  alive: { worker: 'text', calls: isListOf(isCallName) },
  leaves: { worker: 'text' },
  beat: { ...NAME, worker: 'text' },
  withdrawn: NAME,
};

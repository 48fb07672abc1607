import type { CompiledFlow, CompiledWait } from '../../compilation/index.js';
import { foldRun } from '../../engine/index.js';
import { type Codec, isNotStorable } from '../../model/codec/codec.js';
import { sentence } from '../../model/diagnostics.js';
import { InvalidInputError } from '../../model/errors.js';
import type { Json } from '../../model/json.js';
import { MASKED } from '../../model/masking.js';
import { isRunId, MAX_ID } from '../../model/names.js';
import { type ValueIssue, validate } from '../../model/schema.js';
import type { RunSummary } from '../../persistence/index.js';
import type { FlowFinder } from '../registry/flow-finder.js';
import type { Runs } from './runs.js';

/** A signal carries so many characters of JSON at most: a thousand of them may wait for a run. */
const MOST_CHARACTERS = 262_144;

/** What somebody sends to a run. */
export interface GivenSignal {
  readonly name: string;
  readonly payload: unknown;
  readonly messageId?: unknown;
}

export interface SignallingParts {
  readonly runs: Runs;
  readonly codec: Codec;
}

/**
 * Sends a signal to a run of one of these flows, which is asked what it takes; durable when this resolves. Its waits judge what
 * they hear again, since they are those of the run's own version.
 *
 * @throws InvalidInputError when no wait of the flow takes it; RunNotFoundError, RunConflictError, RunEndedError, SignalsFullError
 */
export async function sendSignal(flows: FlowFinder, key: string, given: GivenSignal, { runs, codec }: SignallingParts): Promise<void> {
  const run = await runs.find(key);
  const flow = await flowOf(flows, run, runs);
  const payload = await judged(flow, given, codec);
  const { name, messageId } = given;
  const id = messageId === undefined ? {} : { id: messageId as string };
  const secret = flow.secrets?.signals?.has(name) === true;
  await runs.send(run, 'signal', { ...id, secret, payload: payload === undefined ? { name } : { name, payload } });
}

/** A flow that is made from the args of its run is known when the run is read. */
async function flowOf(flows: FlowFinder, run: RunSummary, runs: Runs): Promise<CompiledFlow> {
  flows.check(run);
  return flows.isMade(run.flow) ? flows.of((await foldRun(await runs.load(run))).creation) : flows.of(run);
}

/** What is sent, encoded, when a wait of the flow takes it. */
async function judged(flow: CompiledFlow, { name, payload, messageId }: GivenSignal, codec: Codec): Promise<Json | undefined> {
  const refuse = (issues: readonly ValueIssue[]): InvalidInputError =>
    new InvalidInputError(flow.name, issues, `signal to flow '${flow.name}'`);
  if (messageId !== undefined && !isRunId(messageId)) {
    throw refuse([{ path: 'messageId', message: `must be a text of 1 to ${MAX_ID} characters, without NUL and lone surrogates` }]);
  }
  const waits = flow.atoms.flatMap((atom) => (atom.kind === 'wait' && signalOf(atom) === name ? [atom] : []));
  if (waits.length === 0) throw refuse([{ path: String(name), message: unknownSignal(flow, String(name)) }]);
  const encoded = encode(payload, name, codec, refuse);
  if (encoded !== undefined && JSON.stringify(encoded).length > MOST_CHARACTERS) {
    throw refuse([{ path: name, message: `is larger than the ${MOST_CHARACTERS} characters that a signal carries: send where it is` }]);
  }
  const found: (readonly ValueIssue[])[] = [];
  for (const wait of waits) {
    const issues = await issuesOf(wait, name, encoded, codec);
    if (issues.length === 0) return encoded;
    found.push(issues);
  }
  const isSecret = flow.secrets?.signals?.has(name) === true;
  throw refuse(isSecret ? [{ path: name, message: `${MASKED}: it is not valid` }] : (found[0] ?? []));
}

/** As whoever hears it will see it. */
async function issuesOf(
  { outputs: [port] }: CompiledWait,
  name: string,
  encoded: Json | undefined,
  codec: Codec,
): Promise<readonly ValueIssue[]> {
  if (port?.schema === undefined) return encoded === undefined ? [] : [{ path: name, message: 'takes nothing that is sent with it' }];
  const parsed = await validate(port.schema, encoded === undefined ? undefined : codec.decode(encoded));
  if (!('issues' in parsed)) return [];
  return parsed.issues.map(({ path, message }) => ({ path: path === '' ? name : `${name}.${path}`, message }));
}

function encode(payload: unknown, name: string, codec: Codec, refuse: (issues: readonly ValueIssue[]) => Error): Json | undefined {
  if (payload === undefined) return undefined;
  try {
    return codec.encode(payload);
  } catch (error) {
    if (!isNotStorable(error)) throw error;
    const path = error.path === '' ? name : `${name}.${error.path}`;
    throw refuse([{ path, message: sentence('NOT_STORABLE', { path, reason: error.reason }) }]);
  }
}

function unknownSignal(flow: CompiledFlow, name: string): string {
  const known = [...new Set(flow.atoms.flatMap((atom) => (atom.kind === 'wait' ? (signalOf(atom) ?? []) : [])))];
  return `${sentence('UNKNOWN_SIGNAL', { flow: flow.name, value: name })}: it waits for ${known.length === 0 ? 'none' : `'${known.join("', '")}'`}`;
}

function signalOf({ wait }: CompiledWait): string | undefined {
  return wait.kind === 'signal' ? wait.signal : undefined;
}

import type { JobBoard, JobInfo, NewJob } from '../../boards/index.js';
import type { AnyRunResult, PostOrder, Telemetry } from '../../engine/index.js';
import { BoardError } from '../../model/board-error.js';
import type { Clock } from '../../model/clock.js';
import { InvalidInputError, isFlowproofError, RunConflictError, RunNotFoundError } from '../../model/errors.js';
import type { Ids } from '../../model/ids.js';
import { canonicalText } from '../../model/json.js';
import type { RunState } from '../../model/states.js';
import type { CreationSpan } from '../../model/telemetry/telemetry.js';
import { checkRunOptions, type RunNames } from '../registry/check-run-options.js';
import type { AppFlow } from '../registry/flow-finder.js';
import type { PreparedInputs } from '../registry/inputs.js';
import { onlyRunsOf } from '../registry/registry.js';
import type { Runs } from './runs.js';

/** A job whose run has not begun is looked at after so long, and after twice that each time, up to a second. */
const FIRST_LOOK_MS = 20;
const LONGEST_LOOK_MS = 1_000;

export interface BoardPostsParts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly runs: Runs;
  readonly telemetry?: Pick<Telemetry, 'create'>;
}

/** A run that was left to whoever is free. */
export interface PostedRun {
  readonly key: string;
  readonly result: () => Promise<AnyRunResult>;
  readonly state: () => Promise<RunState>;
}

/** Offers runs on boards outside of the store. */
export class BoardPosts {
  readonly #parts: BoardPostsParts;

  constructor(parts: BoardPostsParts) {
    this.#parts = parts;
  }

  /** @throws InvalidInputError, RunConflictError, BoardError */
  async post(board: JobBoard, today: AppFlow, names: RunNames, inputs: PreparedInputs, { atMs, ...order }: PostOrder): Promise<PostedRun> {
    const { clock, ids, runs, telemetry } = this.#parts;
    const { flow } = today;
    const key = names.key ?? ids.runId(clock.nowMs());
    checkRunOptions(flow, inputs, { ...names, key });
    refuseSecrets(today, inputs);
    const { logbook, metadata, deadlineMs } = names;
    const span = telemetry?.create({ flow: flow.name, runId: key, begins: false });
    const job: NewJob & { readonly id: string } = {
      id: key,
      flow: flow.name,
      version: flow.version,
      inputs: inputs.given,
      ...(inputs.args === undefined ? {} : { args: inputs.args }),
      ...order,
      ...(atMs === undefined ? {} : { delayMs: Math.max(0, atMs - clock.nowMs()) }),
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
      ...(logbook === undefined ? {} : { logbook }),
      ...(metadata === undefined ? {} : { metadata }),
      ...(span?.trace === undefined ? {} : { trace: span.trace }),
    };
    const [posted] = await traced(span, board.post([job]));
    if (posted?.posted === false) await this.#demandSame(board, job, inputs);
    const outcome = (): Promise<AnyRunResult> => runs.outcome(onlyRunsOf(today), key);
    return {
      key,
      result: () => this.#begun(board, key, outcome),
      state: async () => {
        const state = await runs.find(key).then((run) => run.state, notFound);
        return state ?? ((await board.job(key)) === undefined ? (await runs.find(key)).state : 'PENDING');
      },
    };
  }

  /** Its run may have begun already, or ended: then what it began with tells. */
  async #demandSame(board: JobBoard, job: NewJob & { readonly id: string }, { hash }: PreparedInputs): Promise<void> {
    const known = (await board.job(job.id))?.job;
    const run = known === undefined ? await this.#parts.runs.find(job.id).catch(notFound) : undefined;
    const flow = known?.flow ?? run?.flow ?? job.flow;
    const isSame =
      known === undefined
        ? run === undefined || run.inputsHash === hash
        : isEqual([known.inputs, known.args ?? null], [job.inputs, job.args ?? null]);
    if (flow !== job.flow || !isSame) throw new RunConflictError(job.id, job.flow, flow);
  }

  /** The result, once there is a run. @throws BoardError when no conductor can do the job, RunNotFoundError */
  async #begun(board: JobBoard, key: string, outcome: () => Promise<AnyRunResult>): Promise<AnyRunResult> {
    const { clock, runs } = this.#parts;
    let wasThere = true;
    for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_LOOK_MS)) {
      const result = await outcome().catch(notFound);
      if (result !== undefined) return result;
      // The run of a job that has left the board was there before.
      if (!wasThere) throw new RunNotFoundError(key);
      const job = await board.job(key);
      wasThere = job !== undefined;
      if (job?.trashed !== undefined) throw inTrash(board, job);
      if (wasThere) await runs.untilStopped(new Promise<void>((resolve) => clock.after(pauseMs, resolve)));
    }
  }
}

/** The span of a post ends with it. */
async function traced<Posted extends readonly { readonly posted: boolean }[]>(
  span: CreationSpan | undefined,
  posting: Promise<Posted>,
): Promise<Posted> {
  try {
    const posted = await posting;
    span?.end(posted[0]?.posted === false ? 'exists' : 'created');
    return posted;
  } catch (error) {
    span?.end('failed');
    throw error;
  }
}

function refuseSecrets({ flow }: AppFlow, { values }: PreparedInputs): void {
  const secret = Object.keys(values).filter((name) => flow.secrets?.inputs.has(name) === true);
  const message = 'is secret, and everybody can read what is on a board: start the run, or post it to a store that encrypts';
  if (secret.length > 0)
    throw new InvalidInputError(
      flow.name,
      secret.map((path) => ({ path, message })),
    );
}

function inTrash(board: JobBoard, { id, trashed }: JobInfo): BoardError {
  const why = trashed === undefined ? '' : `: ${trashed.code}, ${trashed.message}`;
  return new BoardError('BOARD_REFUSED', `job '${id}' is in the trash of board '${board.name}'${why}. Requeue it when that is mended`);
}

function notFound(error: unknown): undefined {
  if (!isFlowproofError(error, 'RUN_NOT_FOUND')) throw error;
  return undefined;
}

function isEqual(one: NewJob['inputs'], other: NewJob['inputs']): boolean {
  return canonicalText(one) === canonicalText(other);
}

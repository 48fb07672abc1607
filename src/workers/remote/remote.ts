import type { ExecutorChoice } from '../../calls/index.js';
import { inWords } from '../../model/in-words.js';
import { DEFAULT_NAME, type OffersOf } from '../../places/index.js';
import type { Transport } from '../../transport/index.js';
import { checkedSetName } from '../wire/names.js';
import { RemoteExecutor } from './remote-executor.js';

export interface RemoteOptions {
  /** What carries calls and answers, such as `rabbitmq(url)`. */
  readonly transport: Transport;
  /** Name of the task set whose workers make the calls: that of their `taskSet({ name })`. Default: `tasks`. */
  readonly tasks?: string;
  /** So many calls of all runs of the app are begun at once; how many of them are made at once, the workers say. Default: 256. */
  readonly limit?: number;
  /**
   * When nothing was heard of a worker for so long, in milliseconds, its calls are lost, and made again by others. Workers are heard every
   * second. Default: 10,000.
   */
  readonly silenceMs?: number;
  /**
   * How long workers may take to say which calls they have of an engine that has died, in milliseconds: those go on, and are not made again.
   * What none has by then is lost. Default: 2,000.
   */
  readonly reattachMs?: number;
  /** How long a call waits for a worker that begins it, in milliseconds. Then it fails with the code `START_TIMEOUT`. Default: for ever. */
  readonly startTimeoutMs?: number;
}

const LIMIT = 256;
const SILENCE_MS = 10_000;
const REATTACH_MS = 2_000;
/** Workers say every second that they live: two of these may be lost. */
const LEAST_SILENCE_MS = 3_000;
/** Engines wait for an answer for a minute at most. */
const MOST_REATTACH_MS = 45_000;

/**
 * Calls tasks on other machines: by the workers of a task set, through a broker. The same flow, the same tasks, the same journal.
 *
 * What was begun is in the journal before it is given to a worker. A worker that dies, or freezes, costs the calls that it had: they are
 * lost, as those of a thread that dies, and made again by another one, or what `onInterrupted` of the task says. Workers may come and go
 * at any time; calls wait for them.
 *
 * @typeParam Module `typeof import('./tasks.js')`: then the app need not be given the services that its task set brings
 * @throws TypeError, RangeError when an option makes no sense
 *
 * @example
 * ```ts
 * import { flowproof, memory } from 'flowproof';
 * import { memoryTransport } from 'flowproof/testing';
 * import { remote } from 'flowproof/workers';
 * const executor = remote({ transport: memoryTransport() });
 * const app = flowproof({ persistence: memory(), flows: [], executor });
 * ```
 */
export function remote<Module = unknown>(options: RemoteOptions): ExecutorChoice<OffersOf<Module>> {
  const {
    transport,
    tasks = DEFAULT_NAME,
    limit = LIMIT,
    silenceMs = SILENCE_MS,
    reattachMs = REATTACH_MS,
    startTimeoutMs = Number.POSITIVE_INFINITY,
  } = options ?? {};
  checkTransport('remote', transport);
  const set = checkedSetName('remote({ tasks })', tasks);
  check(Number.isInteger(limit) && limit >= 1, 'limit', limit, 'a whole number of at least 1');
  check(silenceMs >= LEAST_SILENCE_MS, 'silenceMs', silenceMs, `a number of milliseconds of at least ${LEAST_SILENCE_MS}`);
  check(reattachMs >= 0 && reattachMs < MOST_REATTACH_MS, 'reattachMs', reattachMs, `a number of milliseconds below ${MOST_REATTACH_MS}`);
  check(startTimeoutMs > 0, 'startTimeoutMs', startTimeoutMs, 'a number of milliseconds');
  return {
    kind: 'remote',
    revealsSecrets: transport.keepsSecrets !== true,
    make(parts) {
      const calls = new RemoteExecutor({ transport, set, silenceMs, reattachMs, startTimeoutMs }, parts);
      return {
        kind: 'remote',
        slots: { perRun: limit, limit },
        start: (work) => calls.start(work),
        reattach: (work) => calls.reattach(work),
        open: (wanted) => calls.open(wanted),
        close: () => calls.close(),
      };
    },
  };
}

function check(isFit: boolean, name: string, value: unknown, wanted: string): void {
  if (!isFit) throw new RangeError(`remote({ ${name}: ${inWords(value)} }): give ${wanted}`);
}

/** @throws TypeError when it is no transport */
export function checkTransport(caller: string, transport: Transport): void {
  if (typeof (transport as Partial<Transport> | undefined)?.connect === 'function') return;
  throw new TypeError(`${caller}({ transport }) is ${inWords(transport)}: give one, such as rabbitmq(url)`);
}

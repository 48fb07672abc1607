import { rootOf } from '../app/index.js';
import type { AnyFlow, RootOf, RunOptionsFor, Runs, SignalsOf, Unseen } from '../authoring/index.js';
import { randomIds } from '../model/ids.js';
import { inWords } from '../model/in-words.js';
import { memory, type Persistence } from '../persistence/index.js';
import { Findings } from './crash-findings.js';
import { type Course, type Life, live, type TaskCall, type Trial } from './crash-life.js';
import { type CrashReport, NotCrashSafeError } from './crash-report.js';
import type { ReadEffects } from './effects.js';

/** The options of {@link surviveEveryCrash}, beside `inputs`, `services` and `resolve`. */
export interface SurviveOptions<F> {
  /**
   * What of the work of runs stands in the world now, such as `['charged visa', 'mailed ada']`: what stands twice is there twice,
   * and what was undone is not there. Asked before and after each run: only what a run adds is compared. The ids of runs and
   * idempotency keys in it may differ.
   */
  readonly effects: ReadEffects;
  /** Called before each run: makes the world as it was. For services that remember more than keys, such as order numbers. */
  readonly reset?: () => unknown;
  /**
   * Where the runs are kept: a store, or what makes one, for each run anew. Default: `memory`.
   */
  readonly persistence?: Persistence | (() => Persistence);
  /** What is sent when a run waits for a signal, by the name of the signal. Time that it waits for is skipped. */
  readonly signals?: { readonly [Name in keyof SignalsOf<F>]?: SignalsOf<F>[Name] };
  /**
   * When else runs go back, beside their own failures: they are cancelled when a task has done its work. `last`: the last one, so that
   * all is undone. `each`: each task, in runs of their own. Or paths. Default: `last`.
   */
  readonly cancelAfter?: 'last' | 'each' | 'never' | readonly string[];
  /** Effects that stay when a run goes back, such as a mail that was sent. Default: none. */
  readonly stays?: readonly string[] | ((effect: string) => boolean);
}

/**
 * Proves that a flow survives the death of its process at any moment. It is run once to see what it does. Then, for each commit
 * of that run, its process dies just before it and just after it, another one goes on, and what came of it is compared: nothing
 * may have been done twice, be lost, or stand though the run has gone back. The same is done with runs that are cancelled, so
 * that every `revert` meets crashes, too. Tasks are called one at a time, and time is skipped.
 *
 * @returns what was tried
 * @throws NotCrashSafeError with the `report`, when anything went wrong: its message says what, where and what to do
 * @throws Error when the flow does not end, such as when it waits for a signal that is not in `signals`
 *
 * @example
 * ```ts
 * import { defineTask, linear, type TaskContext } from 'flowproof';
 * import { surviveEveryCrash } from 'flowproof/testing';
 *
 * const charges = new Map<string, string>();
 * const bank = { charge: async (card: string, key: string) => void charges.set(key, card) };
 * const charge = defineTask({
 *   name: 'charge',
 *   requires: ['card'],
 *   execute: ({ card }: { card: string }, { services, idempotencyKey }: TaskContext<{ bank: typeof bank }>) =>
 *     services.bank.charge(card, idempotencyKey),
 *   revert: async (_: { card: string }, _outcome, { idempotencyKey }) => void charges.delete(idempotencyKey),
 * });
 * const order = linear('order').input<{ card: string }>().add(charge).build();
 *
 * const report = await surviveEveryCrash(order, {
 *   inputs: { card: 'visa' },
 *   services: { bank },
 *   effects: () => [...charges.values()].map((card) => `charged ${card}`),
 * });
 * console.log(`survived ${report.crashes} crashes`);
 * ```
 */
export async function surviveEveryCrash<F, const Given = Unseen>(
  flow: Runs<F>,
  options: RunOptionsFor<RootOf<F>, Given, SurviveOptions<RootOf<F>>>,
): Promise<CrashReport> {
  const given = options as unknown as Omit<Trial, 'flow'> & SurviveOptions<AnyFlow>;
  const { persistence = memory, cancelAfter = 'last', stays = [] } = given;
  const trial: Trial = { ...given, flow: rootOf(flow as AnyFlow) };
  const name = `crash-${randomIds().unique().slice(0, 8)}`;
  let lives = 0;
  const course = (rest: Omit<Course, 'id' | 'store'>): Course => {
    const store = typeof persistence === 'function' ? persistence() : persistence;
    return { id: `${name}-${lives++}`, store, ...rest };
  };
  const mayStay = typeof stays === 'function' ? stays : (effect: string) => stays.includes(effect);
  const findings = new Findings();
  const courses: CrashReport['courses'][number][] = [];
  let crashes = 0;

  const forward = await tried({});
  for (const path of pathsToCancelAfter(cancelAfter, forward.calls)) await tried({ cancelAfter: path }, forward);
  const report = { flow: trial.flow.name, crashes, courses, findings: findings.all };
  if (findings.all.length > 0) throw new NotCrashSafeError(report);
  return report;

  async function tried(way: Pick<Course, 'cancelAfter'>, uncancelled?: Life): Promise<Life> {
    const reference = await live(trial, course(way));
    const compared = { reference, forward: uncancelled ?? reference, mayStay };
    const cancelled = way.cancelAfter === undefined ? {} : { cancelledAfter: way.cancelAfter };
    courses.push({
      ...cancelled,
      state: reference.end.state,
      effects: [...reference.effects].flatMap(([effect, times]) => Array(times).fill(effect)),
    });
    findings.compare({ life: reference, ...compared, ...cancelled });
    for (let write = 0; write < reference.commits.length; write++) {
      for (const side of ['before', 'after'] as const) {
        const life = await live(trial, course({ ...way, crash: { write, side } }));
        if (!life.hasDied) continue;
        crashes++;
        findings.compare({ life, ...compared, ...cancelled, crash: { write, side } });
      }
    }
    return reference;
  }
}

function pathsToCancelAfter(when: NonNullable<SurviveOptions<AnyFlow>['cancelAfter']>, calls: readonly TaskCall[]): readonly string[] {
  const done = [...new Set(calls.flatMap(({ path, phase }) => (phase === 'execute' ? [path] : [])))];
  switch (when) {
    case 'last':
      return done.slice(-1);
    case 'each':
      return done;
    case 'never':
      return [];
    default:
      return named(when, done);
  }
}

/** @throws TypeError for what is no list of tasks that the run called */
function named(when: readonly string[], done: readonly string[]): readonly string[] {
  if (!Array.isArray(when)) throw new TypeError(`cancelAfter is ${inWords(when)}: give 'last', 'each', 'never', or a list of paths`);
  const unknown = when.find((path) => !done.includes(path));
  if (unknown === undefined) return when;
  throw new TypeError(`cancelAfter names ${inWords(unknown)}: the run called ${done.map((path) => `'${path}'`).join(', ') || 'no task'}`);
}

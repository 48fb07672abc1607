import { isFlowproofError } from '../../src/index.js';
import type { Ledger } from './ledger.js';
import type { AnyApp, LiveProcess, Stage } from './process.js';

/** What somebody may ask of a run while it is under way, or when it is not. */
export const WISHES = [
  'suspend',
  'cancel',
  'halt',
  'reset',
  'rerun',
  'retryRevert',
  'skipRevert',
  'retryFailed',
  'stop',
  'prune',
  'force',
  'join',
] as const;
export type Wish = (typeof WISHES)[number];

/** How a wish may be refused, by a sentence that says why; `STORE_CLOSED`: the app was stopped while it was asked. */
const REFUSALS = [
  'RUN_ENDED',
  'RUN_NOT_FOUND',
  'RUN_OWNED',
  'REVERT_NOT_FAILED',
  'RUN_NOT_FAILED',
  'STALE_RUN',
  'APP_STOPPED',
  'STORE_CLOSED',
] as const;

/** Everything that a wish promises: that it is taken, and what comes of it. */
export interface Asked {
  /** Resolves when it is taken or refused. */
  readonly taken: Promise<void>;
  /** Resolves when the run that it was about rests. */
  readonly over: Promise<void>;
}

export function ask(wish: Wish, process: LiveProcess, stage: Stage): Asked {
  const { ledger } = stage;
  ledger.note(`${process.name} asks: ${wish}`);
  const judged = (promise: Promise<unknown>): Promise<void> =>
    promise.then(
      () => undefined,
      (error: unknown) => {
        if (process.isDead) return;
        const refusal = REFUSALS.find((code) => isFlowproofError(error, code));
        ledger.note(`${process.name}: ${wish} is refused: ${refusal ?? String(error)}`);
        if (refusal === undefined) ledger.blame(`${wish} failed: ${error instanceof Error ? error.stack : String(error)}`);
      },
    );
  const asked = begun(wish, process, stage);
  const over = judged(asked.then((handle) => handle?.result?.()));
  return { taken: judged(asked), over };
}

interface Handle {
  result?(): Promise<unknown>;
}

async function begun(wish: Wish, process: LiveProcess, { scenario, ledger, id }: Stage): Promise<Handle | undefined> {
  const { plan, broken } = scenario;
  const { app, name, flow } = process;
  const given = flow as never;
  // One that has failed, if there is one: else it is refused.
  const path = plan.atoms.find((one) => ledger.atom(one) === 'REVERT_FAILURE') ?? broken[0] ?? plan.atoms[0] ?? '';
  switch (wish) {
    case 'suspend':
      await suspended(app, name, id, ledger);
      return undefined;
    case 'cancel':
      return app.cancel(id);
    case 'halt':
      return app.cancel(id, { undo: false });
    case 'reset':
      await app.reset(id);
      return undefined;
    case 'rerun':
      return { result: () => app.rerun(given, id) };
    case 'retryRevert':
      return app.retryRevert(id, path);
    case 'skipRevert':
      return app.skipRevert(id, path);
    case 'retryFailed':
      return app.retryFailed(id);
    case 'stop':
      ledger.ownership.stops(name);
      return { result: () => app.stop() };
    case 'prune':
      await app.prune({ olderThanMs: -1_000_000, states: ['SUCCESS', 'REVERTED', 'CANCELLED', 'FAILURE'], logbook: id });
      return undefined;
    case 'force':
      ledger.ownership.mayForce(name);
      return { result: () => app.resume(given, id, { takeover: 'force' }) };
    case 'join':
      return { result: () => app.run(given, { id, logbook: id } as never) };
  }
}

async function suspended(app: AnyApp, name: string, id: string, ledger: Ledger): Promise<void> {
  const before = ledger.hearing.sendings;
  ledger.mayRest(name);
  await app.suspend(id);
  // Where the run is driven here, its engine has heard it at once.
  if (ledger.hearing.sendings === before) ledger.askedToRest(name);
}

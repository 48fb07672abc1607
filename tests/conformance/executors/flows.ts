import { type EngineOptions, flowproof, type Listener, linear, memory, type Persistence, times } from '../../../src/index.js';
import type { Death } from './dying.js';
import * as tasks from './tasks.js';

/** What may pass between two beats, with room for a machine that is busy; and for how long the task beats, which is longer. */
const BEAT_MS = 1_000;
export const BEATS_FOR_MS = 1_200;

type How = { how: string };
type Dying = { how: Death; deaths: number; deathsInRevert: number };

/** A flow for each thing that a case is about. */
export const flows = {
  echo: linear('echo').input<{ value: unknown }>().add(tasks.echo).build(),
  context: linear('context').add(tasks.context).build(),
  fails: linear('fails').input<How>().add(tasks.fails).build(),
  wrong: linear('wrong').input<How>().add(tasks.wrong).build(),
  undone: linear('undone').input<How>().add(tasks.undoable).add(tasks.stumbles).build(),
  says: linear('says').add(tasks.says).build(),
  saves: linear('saves').input<How>().add(tasks.saves).build(),
  obedient: linear('obedient').add(tasks.obedient).build(),
  obedientBack: linear('obedientBack').add(tasks.obedientBack).add(tasks.stumbles).build(),
  leaks: linear('leaks').input<{ word: string }>().add(tasks.leaks).build(),
  two: linear('two').add(tasks.context).add(tasks.obedient).build(),
  slow: linear('slow').add(tasks.obedient, { timeoutMs: 50 }).build(),
  slowAtFirst: linear('slowAtFirst')
    .add(tasks.obedient, { timeoutMs: 50, retry: times(2) })
    .build(),
  deafForTooLong: linear('deafForTooLong').add(tasks.deaf, { timeoutMs: 20 }).build(),
  spins: linear('spins')
    .input<{ forMs: number }>()
    .add(tasks.spins, { timeoutMs: 50, retry: times(2) })
    .build(),
  spinsBack: linear('spinsBack').input<{ forMs: number }>().add(tasks.spinsBack, { timeoutMs: 50 }).add(tasks.stumbles).build(),
  beats: linear('beats').input<{ forMs: number }>().add(tasks.beats, { heartbeatMs: BEAT_MS }).build(),
  told: linear('told').add(tasks.told, { timeoutMs: 60_000 }).build(),
  deaf: linear('deaf').add(tasks.deaf).build(),
  mortal: linear('mortal').input<Dying>().add(tasks.mortal).build(),
  mortalUndone: linear('mortalUndone').input<Dying>().add(tasks.mortal).add(tasks.stumbles).build(),
  frail: linear('frail').input<Dying>().add(tasks.frail).build(),
  once: linear('once').input<Dying>().add(tasks.once).build(),
  endless: linear('endless').input<{ inRevert: boolean }>().add(tasks.endless).build(),
  endlessUndone: linear('endlessUndone').input<{ inRevert: boolean }>().add(tasks.endless).add(tasks.stumbles).build(),
  tardy: linear('tardy')
    .add(tasks.tardy, { timeoutMs: 20, retry: times(2) })
    .build(),
  hooked: linear('hooked').input<How>().add(tasks.hooked).build(),
  hookedUndone: linear('hookedUndone').input<How>().add(tasks.hooked).add(tasks.stumbles).build(),
  stumblesAfter: linear('stumblesAfter').add(tasks.stumblesAfter).build(),
};

export interface AppSettings extends Pick<EngineOptions, 'executor' | 'graceMs'> {
  readonly persistence?: Persistence;
  readonly onEvent?: Listener;
}

/** Without recovery: cases say themselves who goes on. */
export function appOf({ persistence = memory(), ...settings }: AppSettings) {
  return flowproof({ persistence, recover: false, graceMs: 2_000, ...settings, flows: Object.values(flows) });
}

export type App = ReturnType<typeof appOf>;

import { type EngineOptions, flowproof, type Listener, linear, memory, type Persistence } from '../../../src/index.js';
import * as tasks from './tasks.js';

type How = { how: string };

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
  two: linear('two').add(tasks.context).add(tasks.obedient).build(),
  deaf: linear('deaf').add(tasks.deaf).build(),
  mortal: linear('mortal').input<{ deaths: number; deathsInRevert: number }>().add(tasks.mortal).build(),
  mortalUndone: linear('mortalUndone').input<{ deaths: number; deathsInRevert: number }>().add(tasks.mortal).add(tasks.stumbles).build(),
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

import { linear, processes, sleep, threads, unordered } from '../../src/index.js';
import * as tasks from '../fixtures/places/tasks.js';

export const flows = {
  where: linear('where').add(tasks.where).build(),
  echo: linear('echo').input<{ value: unknown }>().add(tasks.echo).build(),
  fails: linear('fails').add(tasks.fails).build(),
  chatty: linear('chatty').add(tasks.chatty).build(),
  obedient: linear('obedient').add(tasks.obedient).build(),
  spins: linear('spins').add(tasks.spins).build(),
  count: linear('count').add(tasks.count).build(),
  waits: linear('waits').add(sleep(1)).add(tasks.where).build(),
  transacts: linear('transacts').add(tasks.transacts).build(),
  transactsInRevert: linear('transactsInRevert').add(tasks.transactsInRevert).add(tasks.stumbles).build(),
  obeys: unordered('obeys').add(tasks.obedient).add(tasks.stumbles).build(),
  disobeys: unordered('disobeys').add(tasks.spins).add(tasks.stumbles).build(),
  many: unordered('many')
    .add(tasks.where, { name: 'a', provides: { place: 'a' } })
    .add(tasks.where, { name: 'b', provides: { place: 'b' } })
    .build(),
};

export const CARRIERS = { threads, processes };

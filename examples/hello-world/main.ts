/**
 * Hello, world: three voices sing one song. None waits for another one, so how they sing depends only on the executor that
 * the run is given: one after another, or all at once. The flow and its task stay the same.
 */
import { setImmediate } from 'node:timers/promises';
import { concurrent, run, serial, Task, unordered } from 'flowproof';

@Task({ name: 'sing', requires: ['voice'] })
class Sing {
  async execute({ voice }: { voice: string }) {
    console.log(`  ${voice}: hello`);
    await setImmediate(); // a breath, in which others can be heard
    console.log(`  ${voice}: world`);
  }
}

const song = unordered('song')
  .add(Sing, { name: 'soprano', inject: { voice: 'soprano' } })
  .add(Sing, { name: 'alto', inject: { voice: 'alto' } })
  .add(Sing, { name: 'bass', inject: { voice: 'bass' } })
  .build();

console.log('One after another:');
await run(song, { executor: serial() });

console.log('All at once:');
await run(song, { executor: concurrent({ perRun: 3 }) });

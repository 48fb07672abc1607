/**
 * A retry that tries one number of a directory after another. `forEachOf('directory', 'number')` gives the tasks of its flow
 * another `number` for each attempt; what an attempt has done is undone before the next one. That `directory` is a list, and
 * its items are what `call` takes, is checked by the compiler.
 */
import { forEachOf, linear, run, Task } from 'flowproof';

@Task({ name: 'dial', requires: ['number'] })
class Dial {
  async execute({ number }: { number: string }) {
    console.log(`Dialling ${number}.`);
  }
  async revert() {
    console.log('  Hanging up.');
  }
}

@Task({ name: 'talk', requires: ['number'], provides: ['friend'] })
class Talk {
  async execute({ number }: { number: string }) {
    if (number !== '555') throw new Error(`Wrong number: ${number}.`);
    console.log('  Hello Jim!');
    return { friend: 'Jim' };
  }
}

const reach = linear('reach').input<{ directory: readonly string[] }>().retry(forEachOf('directory', 'number')).add(Dial).add(Talk).build();

const found = await run(reach, { inputs: { directory: ['333', '444', '555', '666'] } });
if (found.state === 'SUCCESS') console.log(`Reached ${found.results.friend} at ${found.results.number}.`);

const lost = await run(reach, { inputs: { directory: ['333'] } });
if (lost.state === 'REVERTED') console.log(`${lost.state}: ${lost.failures[0]?.failure.message}`);

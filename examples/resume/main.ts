/**
 * A run that rests, and goes on in another process. The first app is asked to suspend it between two tasks; what was done
 * is in the files of the store. The second one knows nothing but the same flow and the same directory, and goes on where
 * the journal ends: the first task is not done again.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { file, flowproof, linear, Task, type TaskContext } from 'flowproof';

@Task({ name: 'bake', provides: ['bread'] })
class Bake {
  async execute(_: {}, ctx: TaskContext) {
    console.log('Baking.');
    ctx.emit('tired');
    return { bread: 'a warm loaf' };
  }
}

@Task({ name: 'sell', requires: ['bread'], provides: ['coins'] })
class Sell {
  async execute({ bread }: { bread: string }) {
    console.log(`Selling ${bread}.`);
    return { coins: 3 };
  }
}

const bakery = linear('bakery').add(Bake).add(Sell).build();
const directory = await mkdtemp(join(tmpdir(), 'bakery-'));
const open = () => flowproof({ persistence: file(directory), flows: [bakery] });

{
  await using today = open();
  const engine = today.engine(bakery, { id: 'monday' });
  today.on((event) => {
    if (event.type === 'emitted' && event.event === 'tired') void engine.suspend();
  });
  const { state } = await engine.run();
  console.log(`In the evening: ${state}.`);
  for (const atom of (await today.inspect('monday')).atoms) console.log(`  ${atom.path} ${atom.state}`);
}
{
  await using tomorrow = open();
  const result = await tomorrow.resume(bakery, 'monday');
  console.log(`The next day: ${result.state}.`);
  if (result.state === 'SUCCESS') console.log(`  ${result.results.coins} coins for ${result.results.bread}`);
}
await rm(directory, { recursive: true });

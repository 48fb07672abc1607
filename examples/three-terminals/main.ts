/**
 * An order is posted in one terminal, and done in another one; then that process is killed, and a third one goes on where it was. By hand, with the
 * servers of compose.yaml (`docker compose up -d --wait`):
 *
 *     terminal 1    npm run example three-terminals conductor Ada
 *     terminal 2    npm run example three-terminals conductor Bob
 *     terminal 3    npm run example three-terminals post o-1 lamp
 *
 * and then `kill -9` the one that packs, by the number that it has said. Without arguments this program plays all three.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { conductor } from 'flowproof';
import { appOf, order } from './app.js';

const [role, ...args] = process.argv.slice(2);
switch (role) {
  case 'conductor':
    await conduct(args[0] ?? 'Ada');
    break;
  case 'post':
    await post(args[0] ?? randomUUID(), args[1] ?? 'lamp');
    break;
  default:
    await playAll();
}

async function conduct(name: string): Promise<void> {
  const app = appOf(name);
  const orders = conductor(app, { concurrency: 8 });
  process.once('SIGTERM', () => void orders.stop().then(() => app.stop()));
  await orders.start();
  console.log(`${name} is ready`);
  console.error(`kill -9 ${process.pid} ends ${name}`);
}

async function post(id: string, item: string): Promise<void> {
  await using app = appOf('nobody');
  const handle = await app.post(order, { id, inputs: { item } });
  console.log(`A ${item} is ordered`);
  console.log(`The order ended in ${(await handle.result()).state}`);
}

async function playAll(): Promise<void> {
  const ada = another('conductor', 'Ada');
  await ada.says('is ready');
  const customer = another('post', randomUUID(), 'lamp');
  await ada.says('packs the lamp');
  const bob = another('conductor', 'Bob');
  await bob.says('is ready');
  ada.child.kill('SIGKILL');
  console.log('Ada is gone');
  await customer.ended;
  bob.child.kill('SIGTERM');
  await bob.ended;
}

interface Another {
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
  /** Resolves when it has said so. */
  says(what: string): Promise<void>;
}

/** This program once more, as a process of its own, whose words are heard here. */
function another(...args: readonly string[]): Another {
  const child = spawn(process.execPath, [process.argv[1] ?? '', ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout });
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]);
  const said: string[] = [];
  lines.on('line', (line) => {
    said.push(line);
    console.log(line);
    lines.emit('said');
  });
  return {
    child,
    ended,
    async says(what) {
      while (!said.some((line) => line.includes(what)))
        await Promise.race([once(lines, 'said'), ended.then(() => Promise.reject(new Error(`${args} ended`)))]);
    },
  };
}

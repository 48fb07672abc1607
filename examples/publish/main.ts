import { join, resolve } from 'node:path';
import { flowproof, isFlowproofError } from 'flowproof';
import { checkFolder } from './cli/check-folder.js';
import { drill } from './cli/drill.js';
import { ending } from './cli/ending.js';
import { goOn } from './cli/go-on.js';
import { Ledger } from './cli/ledger.js';
import { type Options, readOptions } from './cli/options.js';
import { jsonLines, plainLines, type Screen, terminal } from './cli/screen.js';
import { openStore, storeName } from './cli/store.js';
import { UnfinishedRuns } from './cli/unfinished.js';
import { HELP, UsageError } from './cli/usage.js';
import { publish } from './flow.js';
import { Target } from './target.js';

const print = (text: string): void => void process.stdout.write(text);

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    print(`${HELP}\n`);
    return 0;
  }
  return release(options, options.json ? jsonLines(print) : process.stdout.isTTY ? terminal(print) : plainLines(print));
}

async function release({ folder, store: choice, crashAt, failAt }: Options, screen: Screen): Promise<number> {
  const target = new Target(resolve('.flowproof-demo'));
  const unfinished = new UnfinishedRuns(join(target.root, 'unfinished'));
  const store = storeName(choice);
  const found = await unfinished.newest(folder, store);
  if (found === undefined) await checkFolder(folder, target.root);
  const run = found ?? { id: `release-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`, folder, store, pid: process.pid };
  screen.say(`${found === undefined ? 'publishing' : 'going on with'} ${run.id} from ${folder}`);

  await target.prepare();
  const { persistence, close } = await openStore(choice, target.root);
  const ledger = new Ledger();
  const app = flowproof({
    persistence,
    flows: [publish],
    services: { target },
    resolve: drill({ say: screen.say, ...(crashAt && { crashAt }), ...(failAt && { failAt }) }),
    onEvent(event) {
      ledger.take(event);
      screen.event(event);
    },
  });
  process.once('SIGINT', () => {
    screen.say('stopping when this task is done, after 10 seconds at the latest; the same command goes on from there');
    void app.stop();
  });
  try {
    await unfinished.note(run);
    const result = await goOn(app, run, screen.say);
    if (result.state !== 'SUSPENDED') await unfinished.forget(run.id);
    screen.end(ending(result, ledger.rows(), target), { ...result, tasks: ledger.rows() });
    return result.state === 'SUCCESS' ? 0 : 1;
  } finally {
    await app.stop();
    await close();
  }
}

// Whoever reads this may leave before the end, as in `| head`: no reason to leave a release half done.
process.stdout.on('error', () => undefined);
try {
  process.exitCode = await main();
} catch (error) {
  // What the user can mend is one sentence; anything else is a bug, and shows where.
  if (!(error instanceof UsageError) && !isFlowproofError(error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = isFlowproofError(error, 'APP_STOPPED') ? 130 : 2;
}

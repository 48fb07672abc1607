import { type App, isFlowproofError, type RunResult } from 'flowproof';
import { publish } from '../flow.js';
import { isAlive } from './alive.js';
import type { UnfinishedRun } from './unfinished.js';

type PublishApp = App<readonly [typeof publish]>;

/** Begins a run, or goes on with it where a process left it. */
export async function goOn(
  app: PublishApp,
  { id, folder, pid }: UnfinishedRun,
  say: (text: string) => void,
): Promise<RunResult<typeof publish>> {
  try {
    return await app.resume(publish, id);
  } catch (error) {
    if (isFlowproofError(error, 'RUN_OWNED')) {
      say(
        isAlive(pid)
          ? `process ${pid} works on ${id}: waiting for it`
          : `process ${pid} is dead: the store will say so within a second or two, or when its lease of 5 seconds is over`,
      );
    } else if (!isFlowproofError(error, 'RUN_NOT_FOUND')) throw error;
    return app.run(publish, { id, inputs: { folder } });
  }
}

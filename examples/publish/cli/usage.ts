import { TASKS } from '../flow.js';

/** The user can mend this: one sentence, no stack, exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export const HELP = `Publishes a folder as a release: all of it or nothing, whatever happens on the way.

  npm run demo -- [folder] [options]

  folder               what to publish (default: a small site that comes with the demo)
  --crash-at <task>    kills this process (SIGKILL) in the middle of that task; the same command again goes on from there
                       <task>:end     kills it when the task's work is done, but not yet recorded
                       <task>:revert  kills it when the task is undone, but not yet recorded (scan, compress, write, switch)
  --fail-at <task>     lets that task fail half way: everything is undone
  --postgres           keeps runs in a PostgreSQL that the demo starts itself (default: files)
  --database <url>     keeps runs in your PostgreSQL
  --json               prints events and the result as lines of JSON
  --help

  tasks: ${TASKS.join(', ')}

Everything is kept in ./.flowproof-demo. Exit codes: 0 published, 1 undone, 2 not begun.`;

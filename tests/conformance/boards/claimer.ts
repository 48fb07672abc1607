/** A claimer in a process of its own: does the work of jobs, which is a line in a file each, and says what it does. */
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import type { BoardSession, Claim } from '../../../src/contracts/index.js';
import { type Kind, makeBoard } from './make-board.js';

const [kind, url, prefix, file, leaseMs] = process.argv.slice(2) as [Kind, string, string, string, string];

/** What a claimer says to the test. */
export type Report =
  | { readonly claimed: string }
  | { readonly consumed: string }
  | { readonly refused: string }
  | { readonly trouble: string };

const report = (what: Report): void => {
  process.send?.(what);
};
const note = (word: 'did' | 'consumed' | 'refused', { job, token }: Claim): void => {
  appendFileSync(file, `${word} ${job.id} ${token} ${process.pid}\n`);
};
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function work(): Promise<void> {
  const board = makeBoard(kind, url, prefix);
  // Ends when nothing is left to do, by the counts of the board.
  for (let isLeft = true; isLeft; ) {
    const session = await trying(() => board.join({ who: `claimer ${process.pid}`, leaseMs: Number(leaseMs) }));
    // A call without an answer ends no session: that would be kept with what it has claimed, and nobody would work in it.
    while (isLeft && session !== undefined && !session.lost.aborted) {
      const claims = (await trying(() => session.claim({ flows: ['order'], limit: 2 }))) ?? [];
      for (const claim of claims) await finish(session, claim);
      if (claims.length > 0) continue;
      const counts = await trying(() => board.counts());
      isLeft = counts === undefined || counts.free + counts.claimed + counts.delayed > 0;
      await pause(50);
    }
  }
}

/** What a call gives; nothing when it fails, which is reported. */
async function trying<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    report({ trouble: String(error) });
    await pause(100);
    return undefined;
  }
}

async function finish(session: BoardSession, claim: Claim): Promise<void> {
  const answer = once(process, 'message');
  report({ claimed: claim.job.id });
  // The test kills or freezes it now, or lets it go on.
  await answer;
  note('did', claim);
  // Its answer may be lost, so it is asked again, also when the session is lost: whose the job is, the server says.
  for (let tries = 0; tries < 200; tries++) {
    const end = await trying(() => session.consume(claim));
    if (end === undefined) continue;
    note(end === 'done' ? 'consumed' : 'refused', claim);
    report(end === 'done' ? { consumed: claim.job.id } : { refused: claim.job.id });
    return;
  }
}

// Nobody hears of it any more.
process.once('disconnect', () => process.exit());
await work();
process.disconnect?.();

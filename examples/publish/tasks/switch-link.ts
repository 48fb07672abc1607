import { readlink, symlink, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Kept, type Outcome, Task, type TaskContext } from 'flowproof';
import { keep, partOf, remove, syncDirectory } from '../files/part.js';
import type { Services } from '../target.js';

/** What `current` was before; `null`: there was none. */
interface Before {
  readonly previous: string | null;
}

/** Shows the release to visitors: `current` is replaced by one rename, so there is no moment without it. */
@Task({ name: 'switch', requires: ['release'], provides: ['live'], keeps: ['previous'] })
export class SwitchLink {
  async execute({ release }: { release: string }, ctx: TaskContext<Services>): Promise<{ live: string; previous: Kept<string> | null }> {
    const { target } = ctx.services;
    const link = target.at(target.current);
    // Killed after the rename, we would take our own link for the previous one: so it is saved before.
    const before = (ctx.saved as Before | undefined) ?? { previous: await targetOf(link) };
    await ctx.save(before);
    ctx.progress(0.5);
    await point(link, release, ctx.idempotencyKey);
    ctx.progress(1);
    return { live: target.current, ...before };
  }

  async revert({ release }: { release: string }, outcome: Outcome<SwitchLink>, ctx: TaskContext<Services>) {
    const { target } = ctx.services;
    const link = target.at(target.current);
    const before = outcome.kind === 'result' ? outcome.result : (outcome.saved as Before | undefined);
    // Whoever switched after us is right.
    if (before !== undefined && (await targetOf(link)) === release) {
      if (before.previous === null) await unlink(link);
      else await point(link, before.previous, ctx.revertKey);
      await syncDirectory(dirname(link));
    }
    await remove(partOf(link, ctx.idempotencyKey), partOf(link, ctx.revertKey));
  }
}

async function point(link: string, to: string, key: string): Promise<void> {
  const part = partOf(link, key);
  await remove(part);
  await symlink(to, part, 'dir');
  await keep(link, key);
}

async function targetOf(link: string): Promise<string | null> {
  try {
    return await readlink(link);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

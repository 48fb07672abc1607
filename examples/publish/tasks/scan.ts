import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Outcome, PermanentError, Task, type TaskContext } from 'flowproof';
import { type Manifest, manifestLine } from '../files/manifest.js';
import { Meter } from '../files/meter.js';
import { keep, partOf, remove } from '../files/part.js';
import { sha256 } from '../files/sha256.js';
import { walk } from '../files/walk.js';
import type { Services } from '../target.js';

/** Reads every file of the folder once and writes their hashes to a manifest. */
@Task({ name: 'scan', requires: ['folder'], provides: ['manifest'] })
export class Scan {
  async execute({ folder }: { folder: string }, ctx: TaskContext<Services>): Promise<{ manifest: Manifest }> {
    const { target } = ctx.services;
    const path = target.manifest(ctx.runId);
    const file = target.at(path);
    const total = await measure(folder, target.root);
    if (total.files === 0) throw new PermanentError(`there is no file in ${folder}`);
    const meter = new Meter(ctx, total);
    async function* list(): AsyncGenerator<string> {
      for await (const found of walk(folder, target.root)) {
        if (found.kind !== 'file') continue;
        yield manifestLine({ path: found.path, ...(await sha256(createReadStream(join(folder, found.path)), meter.add)) });
        meter.add(1);
      }
    }
    const part = partOf(file, ctx.idempotencyKey);
    await pipeline(list, createWriteStream(part, { flush: true }));
    const { sha256: digest } = await sha256(createReadStream(part));
    await keep(file, ctx.idempotencyKey);
    return { manifest: { path, sha256: digest, ...total } };
  }

  /** The names say all that there is to undo, so it does not matter how far it came. */
  async revert(_inputs: { folder: string }, _outcome: Outcome<Scan>, ctx: TaskContext<Services>) {
    const { target } = ctx.services;
    const file = target.at(target.manifest(ctx.runId));
    await remove(partOf(file, ctx.idempotencyKey), file);
  }
}

async function measure(folder: string, except: string): Promise<Pick<Manifest, 'files' | 'bytes' | 'skipped'>> {
  const total = { files: 0, bytes: 0, skipped: 0 };
  for await (const { kind, size } of walk(folder, except)) {
    if (kind === 'file') total.files++;
    else total.skipped++;
    total.bytes += size;
  }
  return total;
}

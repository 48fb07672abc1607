import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Outcome, PermanentError, Task, type TaskContext } from 'flowproof';
import type { Manifest } from '../files/manifest.js';
import { Meter } from '../files/meter.js';
import { keep, partOf, remove, syncDirectory } from '../files/part.js';
import { untar } from '../files/untar.js';
import { inside, type Services } from '../target.js';
import type { Archive } from './compress.js';

interface Inputs {
  archive: Archive;
  manifest: Manifest;
}

/** Unpacks the archive beside the other releases, under its own name only when it is complete. */
@Task({ name: 'write', requires: ['archive', 'manifest'], provides: ['release'] })
export class Write {
  async execute({ archive, manifest }: Inputs, ctx: TaskContext<Services>): Promise<{ release: string }> {
    const { target } = ctx.services;
    const release = target.release(ctx.runId);
    const directory = target.at(release);
    if (ctx.saved === undefined) {
      if (existsSync(directory)) throw new PermanentError(`${directory} is there already, and not from this run`);
      // Once this is durable, whatever has that name is ours: the next try may keep it, and revert may remove it.
      await ctx.save({ claimed: release });
    }
    if (!existsSync(directory)) {
      const part = partOf(directory, ctx.idempotencyKey);
      await remove(part);
      await unpack(target.at(archive.path), part, new Meter(ctx, manifest));
      await keep(directory, ctx.idempotencyKey);
    }
    return { release };
  }

  async revert(_inputs: {}, outcome: Outcome<Write>, ctx: TaskContext<Services>) {
    const { target } = ctx.services;
    const directory = target.at(target.release(ctx.runId));
    await remove(partOf(directory, ctx.idempotencyKey));
    if (outcome.saved !== undefined) await remove(directory);
  }
}

async function unpack(archive: string, directory: string, meter: Meter): Promise<void> {
  const made = new Set([directory]);
  await mkdir(directory, { recursive: true });
  await pipeline(createReadStream(archive), createGunzip(), async (unzipped: AsyncIterable<Buffer>) => {
    for await (const { path, content } of untar(unzipped)) {
      const file = inside(directory, path);
      for (let parent = dirname(file); !made.has(parent); parent = dirname(parent)) made.add(parent);
      await mkdir(dirname(file), { recursive: true });
      await pipeline(metered(content, meter), createWriteStream(file, { flush: true }));
      meter.add(1);
    }
  });
  for (const each of made) await syncDirectory(each);
}

async function* metered(content: AsyncIterable<Uint8Array>, meter: Meter): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    yield chunk;
    meter.add(chunk.length);
  }
}

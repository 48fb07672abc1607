import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { type Outcome, Task, type TaskContext } from 'flowproof';
import { type FileEntry, type Manifest, readManifest } from '../files/manifest.js';
import { Meter } from '../files/meter.js';
import { keep, partOf, remove } from '../files/part.js';
import { tar } from '../files/tar.js';
import type { Services } from '../target.js';

/** An archive in the target. */
export interface Archive {
  readonly path: string;
  readonly bytes: number;
}

interface Inputs {
  folder: string;
  manifest: Manifest;
}

/** Packs the files of the manifest into one archive. From here on the folder may change: the release won't. */
@Task({ name: 'compress', requires: ['folder', 'manifest'], provides: ['archive'] })
export class Compress {
  async execute({ folder, manifest }: Inputs, ctx: TaskContext<Services>): Promise<{ archive: Archive }> {
    const { target } = ctx.services;
    const path = target.archive(ctx.runId);
    const file = target.at(path);
    const meter = new Meter(ctx, manifest);
    async function* content(entry: FileEntry): AsyncGenerator<Uint8Array> {
      for await (const chunk of createReadStream(join(folder, entry.path))) {
        yield chunk;
        meter.add(chunk.length);
      }
      meter.add(1);
    }
    await pipeline(
      tar(readManifest(target.at(manifest.path), manifest), content),
      createGzip({ level: constants.Z_BEST_SPEED }),
      createWriteStream(partOf(file, ctx.idempotencyKey), { flush: true }),
    );
    await keep(file, ctx.idempotencyKey);
    return { archive: { path, bytes: (await stat(file)).size } };
  }

  async revert(_inputs: {}, _outcome: Outcome<Compress>, ctx: TaskContext<Services>) {
    const { target } = ctx.services;
    const file = target.at(target.archive(ctx.runId));
    await remove(partOf(file, ctx.idempotencyKey), file);
  }
}

import { createReadStream } from 'node:fs';
import { Task, type TaskContext } from 'flowproof';
import { type Manifest, readManifest } from '../files/manifest.js';
import { Meter } from '../files/meter.js';
import { sha256 } from '../files/sha256.js';
import { walk } from '../files/walk.js';
import { inside, type Services } from '../target.js';

interface Inputs {
  manifest: Manifest;
  release: string;
}

/** Reads what was written and compares it with the manifest. It changes nothing, so it has nothing to revert. */
@Task({ name: 'verify', requires: ['manifest', 'release'] })
export class Verify {
  async execute({ manifest, release }: Inputs, ctx: TaskContext<Services>): Promise<void> {
    const { target } = ctx.services;
    const directory = target.at(release);
    const meter = new Meter(ctx, manifest);
    for await (const entry of readManifest(target.at(manifest.path), manifest)) {
      const written = await sha256(createReadStream(inside(directory, entry.path)), meter.add);
      if (written.sha256 !== entry.sha256)
        throw new Error(`'${entry.path}' is not what the scan saw: it changed meanwhile, or the disk did`);
      meter.add(1);
    }
    let files = 0;
    for await (const _ of walk(directory, '')) files++;
    if (files !== manifest.files) throw new Error(`the release has ${files} files instead of ${manifest.files}`);
  }
}

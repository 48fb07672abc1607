/** Tasks that the fixtures share. */
import { type Kept, type Outcome, Task, type TaskContext } from './support.js';

export interface Image {
  readonly id: string;
}
export interface Volume {
  readonly id: string;
  readonly size: number;
}
export interface ImageApi {
  get(id: string): Promise<Image>;
}
export interface Cloud {
  createVolume(wanted: { size: number; image: Image; key: string }): Promise<{ volume: Volume; undoToken: string }>;
  delete(id: string, token: string): Promise<void>;
  deleteByKey(key: string): Promise<void>;
}

@Task({ name: 'fetch-image', requires: ['imageId'], provides: ['image'] })
export class FetchImage {
  async execute({ imageId }: { imageId: string }, { services }: TaskContext<{ images: ImageApi }>) {
    return { image: await services.images.get(imageId) };
  }
}

@Task({ name: 'create-volume', requires: ['size', 'image'], provides: ['volume'], keeps: ['undoToken'] })
export class CreateVolume {
  async execute(
    { size, image }: { size: number; image: Image },
    ctx: TaskContext<{ cloud: Cloud }>,
  ): Promise<{ volume: Volume; undoToken: Kept<string> }> {
    return await ctx.services.cloud.createVolume({ size, image, key: ctx.idempotencyKey });
  }
  async revert(_in: { size: number; image: Image }, outcome: Outcome<CreateVolume>, ctx: TaskContext<{ cloud: Cloud }>) {
    switch (outcome.kind) {
      case 'result':
        return ctx.services.cloud.delete(outcome.result.volume.id, outcome.result.undoToken);
      case 'failure':
        return;
      case 'interrupted':
        return ctx.services.cloud.deleteByKey(ctx.idempotencyKey);
    }
  }
}

@Task({ requires: ['volume', 'ip'], provides: ['attached'] })
export class Attach {
  async execute({ volume, ip }: { volume: Volume; ip: string }): Promise<{ attached: boolean }> {
    return { attached: volume.id !== ip };
  }
}

@Task({ requires: ['size', 'zone?'], provides: ['place'] })
export class Place {
  execute({ size, zone = 'nova' }: { size: number; zone?: string }) {
    return { place: `${zone}/${size}` };
  }
}

@Task()
export class Log {
  execute() {}
}

/** Its kept value is not marked: the types take it for one that others may read, and `compile()` knows better. */
@Task({ name: 'unmarked', requires: ['size'], provides: ['done'], keeps: ['token'] })
export class Unmarked {
  async execute({ size }: { size: number }) {
    return { done: size > 0, token: 'x' };
  }
}

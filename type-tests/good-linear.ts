import { linear, type Outcome, Task, type TaskContext, times } from './support.js';

interface Image {
  readonly id: string;
}
interface Volume {
  readonly id: string;
  readonly size: number;
}
interface ImageApi {
  get(id: string): Promise<Image>;
}
interface Cloud {
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
  async execute({ size, image }: { size: number; image: Image }, ctx: TaskContext<{ cloud: Cloud }>) {
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

export const provision = linear('provision', { version: 1 })
  .input<{ imageId: string; size: number }>()
  .retry(times(3))
  .add(FetchImage)
  .add(CreateVolume)
  .build();


/** The tasks of tasks.ts without decorators: the wrong flows of the fixtures must be as wrong with them. */
import { defineTask, type TaskContext } from './support.js';
import type { Cloud, Image, ImageApi, Volume } from './tasks.js';

export type { Cloud, Image, ImageApi, Volume } from './tasks.js';

export const FetchImage = defineTask({
  name: 'fetch-image',
  requires: ['imageId'],
  provides: ['image'],
  execute: async ({ imageId }: { imageId: string }, { services }: TaskContext<{ images: ImageApi }>) => ({
    image: await services.images.get(imageId),
  }),
});

export const CreateVolume = defineTask({
  name: 'create-volume',
  requires: ['size', 'image'],
  provides: ['volume'],
  keeps: ['undoToken'],
  execute: async ({ size, image }: { size: number; image: Image }, ctx: TaskContext<{ cloud: Cloud }>) =>
    ctx.services.cloud.createVolume({ size, image, key: ctx.idempotencyKey }),
  revert: async (_inputs, outcome, ctx: TaskContext<{ cloud: Cloud }>) => {
    if (outcome.kind === 'result') await ctx.services.cloud.delete(outcome.result.volume.id, outcome.result.undoToken);
  },
});

export const Attach = defineTask({
  name: 'attach',
  requires: ['volume', 'ip'],
  provides: ['attached'],
  execute: async ({ volume, ip }: { volume: Volume; ip: string }) => ({ attached: volume.id !== ip }),
});

export const Place = defineTask({
  name: 'place',
  requires: ['size', 'zone?'],
  provides: ['place'],
  execute: ({ size, zone = 'nova' }: { size: number; zone?: string }) => ({ place: `${zone}/${size}` }),
});

export const Log = defineTask({ name: 'log', execute: () => {} });

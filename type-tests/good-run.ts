/** Right calls of `run` and `flowproof`. */
import { dynamic, made, options, part, provision, shouted } from './good-linear.js';
import { defineTask, flowproof, linear, memory, run, runOrThrow } from './support.js';
import { type Cloud, FetchImage, type Image, type ImageApi, Log } from './tasks.js';

declare const cloud: Cloud;
declare const images: ImageApi;
declare const image: Image;
const persistence = memory();
const empty = linear('empty').add(Log).build();

export async function main(): Promise<string> {
  await run(empty);
  await run(empty, { id: 'x' });
  await run(shouted, { inputs: { text: 'a' }, id: 'y' });
  await run(dynamic, { inputs: { imageId: 'a' }, services: { images } });
  await run(made, { resolve: () => ({}) });
  await run(part, { inputs: { size: 1, image, ip: '::1' }, services: { cloud, images } });
  const result = await run(provision, {
    inputs: { imageId: 'i-1', size: 10 },
    services: { cloud, images: { get: async (id) => ({ id }) } },
  });
  switch (result.state) {
    case 'SUCCESS':
      return result.results.volume.id;
    case 'REVERTED':
    case 'CANCELLED':
      return result.failures.map((one) => one.path).join();
    case 'FAILURE':
      return `${result.partial} ${result.pendingReverts.join()}`;
    case 'SUSPENDED':
      return result.runId;
  }
}

const rest = defineTask({ name: 'rest', requires: ['ms'], provides: ['rested'], execute: (_: { ms: number }) => ({ rested: true }) });

export async function tasks(): Promise<boolean> {
  await run(Log);
  await run(Log, { id: 'x' });
  const image: Image = (await runOrThrow(FetchImage, { inputs: { imageId: 'x' }, services: { images } })).image;
  const result = await run(rest, { inputs: { ms: 1 } });
  const name: 'rest' = result.flow;
  return result.state === 'SUCCESS' && result.results.rested && image.id === name;
}

export async function apps(): Promise<void> {
  const app = flowproof({ persistence, flows: [provision, empty, options], services: { cloud, images: { get: async (id) => ({ id }) } } });
  const one = await app.run(provision, { inputs: { imageId: 'i-1', size: 10 } });
  if (one.flow === 'provision' && one.state === 'SUCCESS') one.results.image satisfies Image;
  await app.run(empty);
  flowproof({ persistence, flows: [empty] });
  flowproof({ persistence, flows: [] });
}

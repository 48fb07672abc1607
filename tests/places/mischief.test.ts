import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { flowproof, linear, memory } from '../../src/index.js';
import { EVERY_MISCHIEF, type Mischief, mischief } from '../fixtures/places/mischief.js';
import { CARRIERS } from './place-flows.js';
import { PlaceModules } from './place-module.js';

const modules = new PlaceModules();
const flow = linear('mischief').input<{ what: Mischief }>().add(mischief).build();

afterAll(() => modules.remove());

describe.each(['threads', 'processes'] as const)('code in %s', (carrier) => {
  const isMeant = (what: string) => carrier === 'threads' || !what.includes('thread');
  let app: ReturnType<typeof appOn>;
  const appOn = (module: URL) =>
    flowproof({ persistence: memory(), flows: [flow], executor: CARRIERS[carrier](module, { size: 1 }), graceMs: 0 });

  beforeAll(async () => {
    app = appOn(await modules.bundled('mischief'));
    await app.ready();
  });

  afterAll(() => app.stop());

  test.each(EVERY_MISCHIEF.filter(isMeant))('that %s disturbs neither its own call nor the next one, nor the app', async (what) => {
    const { place } = await app.runOrThrow(flow, { inputs: { what } });
    // Nothing was lost: it is the same place.
    expect((await app.runOrThrow(flow, { inputs: { what } })).place).toBe(place);
  });
});

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { pageFiles } from '../../scripts/page.mjs';
import { defineTask, flowproof, graph, memory } from '../../src/index.js';
import { describeInBrowser } from './browser.js';
import { served } from './served.js';

const CREATED = ['network', 'volume', 'server', 'address', 'record'] as const;

/** Makes something that can be undone; the volume of the picture can't. */
const made = Object.fromEntries(
  CREATED.map((name) => [
    name,
    defineTask({
      name: `create-${name}`,
      execute: async () => undefined,
      revert: async () => {
        if (name === 'volume') throw new Error('the volume is attached to another server');
      },
    }),
  ]),
);
const verify = defineTask({
  name: 'verify',
  execute: () => {
    throw new Error('203.0.113.7 does not answer on port 443');
  },
});

const provision = graph
  .dynamic('provision')
  .add({ ...made, verify })
  .link('network', 'server')
  .link('volume', 'server')
  .link('network', 'address')
  .link('server', 'record')
  .link('address', 'record')
  .link('record', 'verify')
  .build();

describeInBrowser('the picture of the page', (open) => {
  test('is taken from it, and small enough for the package', async () => {
    const app = flowproof({ persistence: memory(), flows: [provision] });
    onTestFinished(() => app.stop());
    await app.run(provision, { id: 'provision-eu-7', inputs: {}, logbook: 'west', metadata: { customer: 'c-42' } });
    const { url } = await served(app);
    const { page } = await open(`${url}/app/run?id=provision-eu-7`, { viewport: { width: 1180, height: 860 } });
    await page.locator('[data-state=REVERT_FAILURE]').waitFor();
    const folder = mkdtempSync(join(tmpdir(), 'flowproof-picture-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    // Times differ from one to the next: it is written where it belongs when somebody asks for it.
    const path =
      process.env.FLOWPROOF_PICTURE === '1' ? join(import.meta.dirname, '../../docs/pictures/page.png') : join(folder, 'page.png');
    await page.screenshot({ path });
    expect(statSync(path).size).toBeLessThan(150_000);
  });
});

test('the files of the page are less than 60 KB, compressed', async () => {
  const files = await pageFiles();
  expect(files.map(({ name }) => name.replace(/-[A-Z0-9]+\./, '.')).sort()).toEqual(['icon.svg', 'main.js', 'page.css']);
  expect(files.reduce((sum, { text }) => sum + gzipSync(text).length, 0)).toBeLessThan(60_000);
});

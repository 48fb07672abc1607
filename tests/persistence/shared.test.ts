import { expect, test } from 'vitest';
import { Shared } from '../../src/persistence/index.js';

/** A store that can be opened again and again; what happens to it is written down. */
function sharedStore({ failsToOpen = 0, failsToClose = 0 } = {}) {
  const log: string[] = [];
  let opened = 0;
  const shared = new Shared({
    async open() {
      log.push('open');
      if (++opened <= failsToOpen) throw new Error('locked');
      return opened;
    },
    async close(store) {
      log.push(`close ${store}`);
      if (store <= failsToClose) throw new Error('not flushed');
    },
  });
  return { shared, log };
}

test('the first user opens it, the last one closes it, and the next one opens it again', async () => {
  const { shared, log } = sharedStore();
  expect(await Promise.all([shared.enter(), shared.enter()])).toEqual([1, 1]);
  await shared.leave();
  expect(log).toEqual(['open']);
  await shared.leave();
  expect(log).toEqual(['open', 'close 1']);
  expect(await shared.enter()).toBe(2);
  expect(log).toEqual(['open', 'close 1', 'open']);
});

test('it is opened again only when it is closed', async () => {
  const { shared, log } = sharedStore();
  await shared.enter();
  await Promise.all([shared.leave(), shared.enter()]);
  expect(log).toEqual(['open', 'close 1', 'open']);
});

test('all who wait are told that it can’t be opened, and the next one tries again', async () => {
  const { shared, log } = sharedStore({ failsToOpen: 1 });
  const both = await Promise.allSettled([shared.enter(), shared.enter()]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await shared.enter()).toBe(2);
  await shared.leave();
  expect(log).toEqual(['open', 'open', 'close 2']);
});

test('whoever closes it is told what went wrong, and that stops no other user', async () => {
  const { shared } = sharedStore({ failsToClose: 1 });
  await shared.enter();
  await expect(shared.leave()).rejects.toThrow('not flushed');
  expect(await shared.enter()).toBe(2);
  await shared.leave();
});

test('a user that no longer waits leaves nothing open', async () => {
  let open = (): void => undefined;
  const log: string[] = [];
  const shared = new Shared({
    open: () => new Promise<void>((resolve) => (open = resolve)),
    close: async () => void log.push('close'),
    whileOpening: () => Promise.reject(new Error('the disk does not answer')),
  });
  await expect(shared.enter()).rejects.toThrow('does not answer');
  open();
  await new Promise((resolve) => setImmediate(resolve));
  expect(log).toEqual(['close']);
});

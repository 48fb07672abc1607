import { run } from 'flowproof';
import { surviveEveryCrash } from 'flowproof/testing';
import { expect, test } from 'vitest';
import { order } from './order.js';
import { PretendedShop } from './shop.js';

test('an order is reserved, charged and packed', async () => {
  const shop = new PretendedShop();
  const result = await run(order, { inputs: { item: 'lamp', card: 'visa' }, services: { shop } });
  expect(result).toMatchObject({ state: 'SUCCESS', results: { receipt: 'receipt of visa', parcel: 'parcel with shelf-7/lamp' } });
  expect(shop.books()).toEqual(['reserved lamp', 'charged visa', 'packed shelf-7/lamp']);
});

test('what can not be packed is refunded, and given back', async () => {
  const shop = new PretendedShop();
  const result = await run(order, { inputs: { item: 'piano', card: 'visa' }, services: { shop } });
  expect(result.state).toBe('REVERTED');
  expect(shop.books()).toEqual([]);
});

test('whenever its process dies, nothing is done twice, lost, or left behind', async () => {
  const shop = new PretendedShop();
  const report = await surviveEveryCrash(order, {
    inputs: { item: 'lamp', card: 'visa' },
    services: { shop },
    effects: () => shop.books(),
    // A parcel that is packed stays so: nobody wrote a revert for it.
    stays: ['packed shelf-7/lamp'],
  });
  expect(report.crashes).toBeGreaterThan(10);
});

import { file, flowproof } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import { order } from './order.js';
import { PretendedShop } from './shop.js';

const { DATABASE_URL: url, PACKING_MS: packingMs = '10000' } = process.env;

/**
 * Runs are kept in PostgreSQL, where several processes may work on them, or in a folder, which belongs to one process at a time.
 * Nothing is opened before the app is used.
 */
export const app = flowproof({
  persistence: url ? postgres(url) : file('.flowproof'),
  flows: [order],
  services: { shop: new PretendedShop({ packingMs: Number(packingMs) }) },
});

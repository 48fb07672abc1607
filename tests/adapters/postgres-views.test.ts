import { expect, test } from 'vitest';
import { readable } from '../../src/sql/schema/migrations/0003-readable.js';
import { partial } from '../../src/sql/schema/migrations/0010-partial.js';
import { found } from '../../src/sql/schema/migrations/0015-found.js';

test('the views are made of the words of the journal: what changes them needs a migration that makes them again', async () => {
  await expect(`${readable.statements('flowproof').join(';\n\n')};\n`).toMatchFileSnapshot('schema/0003-readable.sql');
  await expect(`${partial.statements('flowproof').join(';\n\n')};\n`).toMatchFileSnapshot('schema/0010-partial.sql');
  await expect(`${found.statements('flowproof').join(';\n\n')};\n`).toMatchFileSnapshot('schema/0015-found.sql');
});

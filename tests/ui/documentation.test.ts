import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROUTES } from '../../src/ui/routes/table.js';

test('docs/page.md names everything that can be asked for', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/page.md'), 'utf8');
  const documented = [...page.matchAll(/^\| `((?:GET|POST) [^`]+)` \|/gm)].map(([, route]) => route);
  expect(documented).toEqual([...ROUTES.map(({ method, path }) => `${method} ${path}`), 'POST /session']);
});

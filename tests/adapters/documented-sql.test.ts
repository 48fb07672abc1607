import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { describePostgres } from '../support/postgres.js';

/** Statements of the fenced blocks of SQL in a document. */
function statementsIn(document: string): readonly string[] {
  const text = readFileSync(new URL(`../../docs/${document}`, import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql = '']) => sql.replace(/^\s*--.*$/gm, ''));
  return blocks.flatMap((sql) => sql.split(';')).map((sql) => sql.trim()).filter((sql) => sql !== ''); // biome-ignore format: a sentence
}

describePostgres('the SQL of the documentation', (database) => {
  test.each(['operations.md', 'persistence.md'])('runs as it stands in %s', async (document) => {
    const journal = postgres(database().url).connect();
    await journal.open();
    const statements = statementsIn(document);
    expect(statements.length).toBeGreaterThan(1);
    for (const sql of statements) expect((await database().admin.query(sql)).command, sql).toBe('SELECT');
    await journal.close();
  });
});

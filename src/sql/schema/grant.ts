import type { Sql } from '../client/sql.js';
import { changeAlone, quoted } from './migrate.js';

/** Lets a role do what a running service does, and nothing else: rows, but no tables. */
export async function grantUse(sql: Sql, schema: string, role: string): Promise<void> {
  const [name, to] = [quoted(schema), quoted(role, 'role')];
  await sql.transaction(async (run) => {
    await changeAlone(run, schema);
    await run(`grant usage on schema ${name} to ${to}`);
    await run(`grant select, insert, update, delete on all tables in schema ${name} to ${to}`);
  });
}

import type { Migration } from './migrations/migration.js';

/** What is in a schema, by its name: of tables, views and indexes, and of columns as `table.column`. */
export interface SchemaParts {
  readonly tables: ReadonlySet<string>;
  readonly views: ReadonlySet<string>;
  readonly indexes: ReadonlySet<string>;
  readonly columns: ReadonlySet<string>;
}

/** Where the name of the schema stands in a statement. */
const HERE = 'S';

/** What migrations make, as their own statements say; indexes that come with a key of a table are left out. */
export function partsMade(migrations: readonly Migration[]): SchemaParts {
  const [tables, views, indexes, columns] = [new Set<string>(), new Set<string>(), new Set<string>(), new Set<string>()];
  for (const text of migrations.flatMap(({ statements }) => statements(HERE))) {
    const table = /^create (?:unlogged )?table (?:if not exists )?S\.(\w+)/.exec(text)?.[1];
    if (table !== undefined) {
      tables.add(table);
      for (const [, column] of text.matchAll(/^ +(?!primary key|unique|check|foreign|constraint)(\w+) \w/gm))
        columns.add(`${table}.${column}`);
    }
    const view = /^create (?:or replace )?view S\.(\w+)/.exec(text)?.[1];
    if (view !== undefined) views.add(view);
    const index = /^create (?:unique )?index (\w+) on/.exec(text)?.[1];
    if (index !== undefined) indexes.add(index);
    const altered = /^alter table S\.(\w+)/.exec(text)?.[1];
    if (altered !== undefined) for (const [, column] of text.matchAll(/\badd (?:column )?(\w+) \w/g)) columns.add(`${altered}.${column}`);
    const dropped = /^drop (index|view) /.exec(text)?.[1];
    if (dropped !== undefined) for (const [, name = ''] of text.matchAll(/S\.(\w+)/g)) (dropped === 'index' ? indexes : views).delete(name);
  }
  return { tables, views, indexes, columns };
}

/**
 * One step of the schema. Never changed once released. Its statements are one transaction, in which writers of the tables
 * that it changes wait: only what takes moments among a million runs belongs here. An index on a table that may be large by
 * then needs `create index concurrently`, which no transaction can do: whoever needs the first one lets a migration say so,
 * and `migrate` do it before its transaction. What 0001 to 0007 make of a new schema, they make of empty tables; 0007 makes its partial
 * indexes of a million older runs in some 2 s, as few rows are in them and the rest is one reading of the table for each.
 */
export interface Migration {
  readonly version: number;
  readonly name: string;
  /** Code that does not know this migration can't work with a database that has it. */
  readonly breaking: boolean;
  /** `schema` is quoted already. */
  statements(schema: string): readonly string[];
}

/** One step of the schema. Never changed once released. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  /** Code that does not know this migration can't work with a database that has it. */
  readonly breaking: boolean;
  /** `schema` is quoted already. */
  statements(schema: string): readonly string[];
}

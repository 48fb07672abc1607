import { inWords } from './in-words.js';

/**
 * The Standard Schema interface, version 1 (standardschema.dev), which zod, valibot, arktype and others implement.
 * Copied, as its authors recommend, so that it need not be installed.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

export type SchemaResult<Output> = { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** An issue with its path as one text, as errors carry it. */
export interface ValueIssue {
  /** Dotted path from the value, such as `address.zip`; empty for the value itself. */
  readonly path: string;
  readonly message: string;
}

export function isSchema(value: unknown): value is StandardSchema {
  const kind = typeof value;
  return (kind === 'object' || kind === 'function') && value !== null && '~standard' in (value as object);
}

/** More issues than anybody reads are left out. */
const MAX_ISSUES = 100;

/** Texts, whatever a schema calls so. */
function issueIn({ path = [], message }: SchemaIssue): ValueIssue {
  const keys = path.map((part) => (typeof part === 'object' ? part.key : part));
  return { path: keys.map(textOf).join('.'), message: textOf(message) };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : inWords(value);
}

/** Validates, and gives the parsed value or the issues with readable paths. */
export async function validate(schema: StandardSchema, value: unknown): Promise<{ value: unknown } | { issues: readonly ValueIssue[] }> {
  const result = await schema['~standard'].validate(value);
  if (result.issues === undefined) return { value: result.value };
  const issues: ValueIssue[] = [];
  for (let index = 0; index < Math.min(result.issues.length, MAX_ISSUES); index++)
    issues.push(issueIn(result.issues[index] as SchemaIssue));
  return { issues };
}

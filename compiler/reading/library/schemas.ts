import type { InputDefinition } from '#authoring';

type Schema = Extract<InputDefinition, { readonly kind: 'schema' }>['schema'];

/** A schema that says its names and nothing else. */
export function schemaOf(names: Iterable<string> | undefined): Schema {
  const properties = names && Object.fromEntries([...names].map((name) => [name, {}]));
  const jsonSchema = { input: () => ({ properties }) };
  return {
    '~standard': {
      version: 1,
      vendor: 'flowproof',
      validate: (value: unknown) => ({ value }),
      ...(names === undefined ? {} : { jsonSchema }),
    },
  };
}

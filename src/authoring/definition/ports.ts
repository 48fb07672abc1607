import { isSchema } from '../../model/schema.js';
import type { Port } from './definition.js';

/** The names of secret values that were written, if there are any; whether they are names of its values is for `compile()` to say. */
export function secretNames(names: unknown): { readonly secret?: readonly string[] } {
  const written: readonly unknown[] = Array.isArray(names) ? names : [];
  const secret = written.filter((name) => typeof name === 'string');
  return secret.length === 0 ? {} : { secret: Object.freeze(secret) };
}

/** Reads what a task says of its values; whatever is not a name is left out, because importing a module must not throw. */
export function portsOf(names: unknown): readonly Port[] {
  if (typeof names !== 'object' || names === null) return [];
  const written: readonly (readonly [unknown, unknown])[] = Array.isArray(names)
    ? names.map((name) => [name, true] as const)
    : Object.entries(names);
  const ports = new Map<string, Port>();
  for (const [name, schema] of written) {
    if (typeof name !== 'string') continue;
    const port = portOf(name, schema);
    if (!ports.has(port.name)) ports.set(port.name, port);
  }
  return Object.freeze([...ports.values()]);
}

function portOf(written: string, schema: unknown): Port {
  const optional = written.endsWith('?');
  const name = optional ? written.slice(0, -1) : written;
  return Object.freeze(isSchema(schema) ? { name, optional, schema } : { name, optional });
}

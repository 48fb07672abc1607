import { isSchema } from '../model/schema.js';
import type { Port } from './definition.js';

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

import type { Secrets } from '../../model/secrets.js';
import { kindOf } from '../transitions/table.js';
import type { ValueName } from './map-values.js';

/** How much of a value is secret; a set: these fields of it. */
export type Secrecy = 'none' | 'whole' | ReadonlySet<string>;

/** What is given has secrets by name. What else an atom says that knows one may have it in it anywhere. */
export function secrecyOf(secrets: Secrets | undefined, { op, of }: ValueName): Secrecy {
  if (secrets === undefined) return 'none';
  if (of === undefined) return 'whole';
  if (kindOf(op).sent === true) return secrets.signals?.has(String(of)) === true ? 'whole' : 'none';
  if (typeof of === 'string') return secrets.inputs.has(of) ? 'whole' : 'none';
  if (kindOf(op).provides === true) return secrets.outputs.get(of) ?? 'none';
  return secrets.secretReaders.has(of) ? 'whole' : 'none';
}

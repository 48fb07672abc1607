import type { Json } from '../../model/json.js';
import type { InboxMessage } from '../../persistence/index.js';

/** One message as JSON that `json_agg` can collect; a payload that is absent is not one that is null. */
export const MESSAGE_JSON = `json_build_array(i.id, i.run_id, i.kind, i.payload is not null, i.payload)`;

/** @throws SyntaxError when it is not what {@link MESSAGE_JSON} makes. */
export function messagesOf(text: unknown): readonly InboxMessage[] {
  if (typeof text !== 'string') return [];
  const tuples = JSON.parse(text) as readonly (readonly [id: string, runId: string, kind: 'suspend', has: boolean, payload: Json])[];
  return tuples.map(([id, runId, kind, has, payload]) => (has ? { id, runId, kind, payload } : { id, runId, kind }));
}

import type { FlowEvent } from '../engine/index.js';
import { plainCopy } from '../model/codec/plain-json.js';
import type { Failure } from '../model/failure.js';
import { inWords } from '../model/in-words.js';
import type { Json } from '../model/json.js';

/** Characters of what a task has said: a line of a log is no place for more. */
const MAX_DATA = 4_096;

/** An event as flat data for logs: `event` is its type, `err` why something failed. What tasks returned is not in it. */
export function fieldsOf(event: FlowEvent): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(event)) {
    if (value === undefined) continue;
    switch (name) {
      case 'result':
        break;
      case 'type':
        fields.event = value;
        break;
      case 'event':
        fields.emitted = value;
        break;
      case 'failure':
        fields.err = errorOf(value as Failure);
        break;
      case 'traceparent':
        Object.assign(fields, traceOf(value));
        break;
      case 'data':
      case 'details':
        fields[name] = plain(value);
        break;
      default:
        fields[name] = value;
    }
  }
  return fields;
}

/** By the names that logs of others have for it. */
function traceOf(traceparent: unknown): object {
  const [, traceId, spanId] = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(String(traceparent)) ?? [];
  return traceId === undefined ? {} : { trace_id: traceId, span_id: spanId };
}

/** Without a prototype: loggers that serialize errors take its `name` for its type then. */
function errorOf({ name, message, code, status, stack, cause }: Failure): object {
  const error = { name, message, code, status, stack, cause: cause === undefined ? undefined : errorOf(cause) };
  return Object.assign(Object.create(null), Object.fromEntries(Object.entries(error).filter(([, value]) => value !== undefined)));
}

function plain(value: unknown): Json {
  return plainCopy(value, (text) => text, MAX_DATA) ?? inWords(value);
}

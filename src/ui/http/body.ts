import { isJsonObject, type Json, type JsonObject } from '../../model/json.js';
import { Refusal } from '../base/refusal.js';

/** So many bytes are read of what somebody sends; more than any signal may carry. */
const MOST_BYTES = 300_000;

/** @throws Refusal for what is too large, or no object of JSON */
export async function jsonBody(request: Request): Promise<JsonObject> {
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? ''))
    throw new Refusal(415, 'NOT_JSON', 'send JSON, as content-type: application/json');
  let value: Json;
  try {
    value = JSON.parse(await textOf(request)) as Json;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(400, 'NOT_JSON', 'what was sent is no JSON');
  }
  if (!isJsonObject(value)) throw new Refusal(400, 'NOT_JSON', 'send an object of JSON');
  return value;
}

async function textOf({ body }: Request): Promise<string> {
  if (body === null) return '';
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let [text, bytes] = ['', 0];
  while (true) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > MOST_BYTES) {
      await reader.cancel().catch(() => undefined);
      throw new Refusal(413, 'TOO_LARGE', `at most ${MOST_BYTES} bytes are taken`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

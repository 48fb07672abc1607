import { isFailure } from '../../calls/index.js';
import { type Message, TransportError } from '../../transport/index.js';
import { WIRE_PROTOCOL, type WireMessage } from './messages.js';
import { type Shape, WIRE_SHAPES } from './shapes.js';

/** Characters of a message. */
export const MAX_MESSAGE = 16_777_216;

type Word = WireMessage['say'];
type MessageOf<Words extends Word> = Extract<WireMessage, { readonly say: Words }>;

/** @throws TransportError `TRANSPORT_REFUSED` where it is larger than messages may be */
export function sealed(message: WireMessage): string {
  const body = JSON.stringify({ flowproof: WIRE_PROTOCOL, ...message });
  if (body.length <= MAX_MESSAGE) return body;
  throw new TransportError(
    'TRANSPORT_REFUSED',
    `a message of ${body.length} characters is larger than messages may be (${MAX_MESSAGE}): store the value elsewhere, and hand on where it is`,
  );
}

/**
 * Reads what came. Whoever can write to the broker can write anything: so nothing is taken for granted.
 *
 * @param words that may come here
 * @returns the message, or what is wrong with it
 */
export function opened<const Words extends Word>(
  { body, unreadable }: Pick<Message, 'body' | 'unreadable'>,
  words: readonly Words[],
): MessageOf<Words> | string {
  if (unreadable !== undefined) return unreadable;
  if (typeof body !== 'string') return 'it is no text';
  if (body.length > MAX_MESSAGE) return `it has ${body.length} characters, where ${MAX_MESSAGE} are the most`;
  if (body.startsWith('~sealed:')) return 'it is sealed, and no keys were given here';
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch {
    return 'it is no JSON';
  }
  if (typeof given !== 'object' || given === null) return 'it is no message';
  const { flowproof: version, say } = given as { readonly flowproof?: unknown; readonly say?: unknown };
  if (version !== WIRE_PROTOCOL)
    return `it is of protocol ${JSON.stringify(version)?.slice(0, 20)}, where this flowproof speaks ${WIRE_PROTOCOL}`;
  const word = words.find((one) => one === say);
  if (word === undefined) return `nothing here is asked by ${JSON.stringify(say)?.slice(0, 40)}`;
  for (const [field, shape] of Object.entries(WIRE_SHAPES[word])) {
    if (!hasShape((given as Readonly<Record<string, unknown>>)[field], shape)) return `its '${field}' is not what '${word}' has there`;
  }
  return given as MessageOf<Words>;
}

function hasShape(value: unknown, shape: Shape): boolean {
  switch (shape) {
    case 'any':
      return true;
    case 'given':
      return value !== undefined;
    case 'text':
      return typeof value === 'string' && value !== '';
    case 'count':
      return Number.isSafeInteger(value) && (value as number) >= 0;
    case 'number':
      return typeof value === 'number';
    case 'flag':
      return typeof value === 'boolean';
    case 'failure':
      return isFailure(value);
    case 'failure?':
      return value === undefined || isFailure(value);
    default:
      return shape(value);
  }
}

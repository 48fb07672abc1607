import { isFlowproofError } from '../../model/errors.js';
import { TransportError } from '../../transport/index.js';

/** What the server refuses for good, by the names of the client's errors. */
const REFUSALS: ReadonlySet<unknown> = new Set([
  'AuthorizationError',
  'UserAuthenticationExpiredError',
  'PermissionViolationError',
  'InvalidArgumentError',
  'InvalidSubjectError',
]);
/** JetStream's code for an account that may not use it. */
const NOT_FOR_ACCOUNT = 10_039;
/** Bad requests: the same one is refused again. */
const BAD_REQUEST = 400;

interface Read {
  readonly name?: unknown;
  readonly message?: string;
  readonly code?: unknown;
  readonly status?: unknown;
  readonly cause?: unknown;
}

/** What a call to NATS failed with. */
export function asTransportError(error: unknown, what: string): TransportError {
  if (isFlowproofError(error) && error instanceof TransportError) return error;
  const { message = String(error) } = read(error);
  const refusal = causesOf(error).find((one) => REFUSALS.has(one.name) || isBadRequest(one));
  if (refusal === undefined) return new TransportError('TRANSPORT_UNREACHABLE', `${what} failed: ${message}`, { cause: error });
  return new TransportError('TRANSPORT_REFUSED', `NATS refuses: ${what} failed: ${refusal.message ?? message}`, { cause: error });
}

/** What connecting failed with: a server without JetStream is no transport. */
export function asConnectError(error: unknown): TransportError {
  if (!causesOf(error).some(({ name }) => name === 'JetStreamNotEnabled')) return asTransportError(error, 'connecting');
  const isAccount = causesOf(error).some(({ code }) => code === NOT_FOR_ACCOUNT);
  const advice = isAccount
    ? 'it is not enabled for the account of this user: give the account jetstream: enabled'
    : 'it is not enabled: start nats-server with -js, or with jetstream {} in its configuration';
  return new TransportError('TRANSPORT_REFUSED', `NATS is reached, but calls are kept in JetStream, and ${advice}`, { cause: error });
}

/** Whether nobody answers for a stream: it is not there, or its server is only just there again. */
export function isUnanswered(error: unknown): boolean {
  return causesOf(error).some(({ name, status }) => name === 'JetStreamNotEnabled' || name === 'NoResponders' || status === 404);
}

/** Whether there is no such stream, consumer or message. */
export function isNotFound(error: unknown): boolean {
  return read(error).status === 404;
}

export function closed(): TransportError {
  return new TransportError('TRANSPORT_CLOSED', 'this connection to NATS was closed');
}

/** Whether the server takes no such request. */
export function isBadRequest(error: unknown): boolean {
  const { name, status } = read(error);
  return name === 'JetStreamApiError' && status === BAD_REQUEST;
}

function causesOf(error: unknown): readonly Read[] {
  const causes: Read[] = [];
  for (let one = error; one !== undefined && causes.length < 5; one = read(one).cause) causes.push(read(one));
  return causes;
}

function read(error: unknown): Read {
  return Object(error) as Read;
}

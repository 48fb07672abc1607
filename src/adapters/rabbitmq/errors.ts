import { isFlowproofError } from '../../model/errors.js';
import { TransportError } from '../../transport/index.js';

/** What the broker refuses for good, by its codes. */
const REFUSALS: ReadonlySet<unknown> = new Set([
  'ACCESS_REFUSED',
  'NOT_ALLOWED',
  'PRECONDITION_FAILED',
  'RESOURCE_LOCKED',
  'CONTENT_TOO_LARGE',
]);

/** What a call to RabbitMQ failed with. */
export function asTransportError(error: unknown, what: string): TransportError {
  if (isFlowproofError(error) && error instanceof TransportError) return error;
  const { code, message = String(error) } = Object(error) as { readonly code?: unknown; readonly message?: string };
  if (!isRefusal(error)) return new TransportError('TRANSPORT_UNREACHABLE', `${what} failed: ${message}`, { cause: error });
  const advice =
    code === 'PRECONDITION_FAILED'
      ? '. A queue of this name was declared with other options, such as another deliveryLimit: delete it, or give another prefix'
      : '';
  return new TransportError('TRANSPORT_REFUSED', `RabbitMQ refuses: ${what} failed: ${message}${advice}`, { cause: error });
}

export function isRefusal(error: unknown): boolean {
  return REFUSALS.has((Object(error) as { readonly code?: unknown }).code);
}

export function closed(): TransportError {
  return new TransportError('TRANSPORT_CLOSED', 'this connection to RabbitMQ was closed');
}

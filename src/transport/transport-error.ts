import { FlowproofError, type TransportCode } from '../model/flowproof-error.js';

/**
 * What carries messages between engines and workers did not do what it was asked: it gave no answer (`TRANSPORT_UNREACHABLE`: the
 * message may be there), takes no such message (`TRANSPORT_REFUSED`), or the connection was closed (`TRANSPORT_CLOSED`).
 */
export class TransportError extends FlowproofError<TransportCode> {
  override readonly name = 'TransportError';
}

import type { Transport, TransportConnection } from '../../transport/index.js';

/** What the cases need beside a transport. */
export interface TransportRig {
  /** Its queues, and the one of dead messages, are used by nobody else. */
  readonly transport: Transport;
  /** How often a message is delivered at most; cases give messages back so often. */
  readonly deliveryLimit: number;
  /** How long what is to come may take, in milliseconds: also a message of a connection that is gone. Default: 20,000. */
  readonly withinMs?: number;
}

export interface TransportCase {
  /** What holds. */
  readonly name: string;
  /** @throws Error that says what does not hold */
  run(rig: CaseRig): Promise<void>;
}

/** Of one case: what it has connected is closed when it is over. */
export interface CaseRig extends TransportRig {
  readonly withinMs: number;
  connect(): Promise<TransportConnection>;
  /** A name that no other case has. */
  named(what: string): string;
}

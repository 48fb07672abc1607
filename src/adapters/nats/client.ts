import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import {
  type Authenticator,
  connect,
  createInbox,
  credsAuthenticator,
  headers,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  nkeyAuthenticator,
  type Subscription,
} from '@nats-io/transport-node';

export { createInbox, headers, type Msg, type MsgHdrs, type Subscription };

/** A connection, and what it does with JetStream. */
export interface NatsClient {
  readonly connection: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
}

/** Where the servers are, and as whom they are asked. */
export interface Address {
  /** Host and port of each. */
  readonly servers: readonly string[];
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  /** The text of a `.creds` file, or the seed of an NKey. */
  readonly credentials?: string;
  /** Nothing is said without TLS. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/** A connection that is cut is noticed after two of them without an answer. */
const PING_MS = 5_000;
const RECONNECT_MS = 250;

/** Connects again by itself, for ever, once it was there. */
export function dial({ servers, user, password, token, credentials, tls }: Address, timeoutMs: number): Promise<NatsConnection> {
  return connect({
    servers: [...servers],
    name: 'flowproof',
    timeout: timeoutMs,
    pingInterval: PING_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
    reconnectJitter: RECONNECT_MS,
    reconnectJitterTLS: RECONNECT_MS,
    // Passwords are changed while processes run: they come back when it is right again.
    ignoreAuthErrorAbort: true,
    noAsyncTraces: true,
    ...(user === undefined ? {} : { user, pass: password ?? '' }),
    ...(token === undefined ? {} : { token }),
    ...(credentials === undefined ? {} : { authenticator: authenticatorOf(credentials) }),
    ...(tls === undefined ? {} : { tls: { ...tls } }),
  });
}

/** Rejects where the server, or the account, has no JetStream. */
export async function withJetStream(connection: NatsConnection, timeoutMs: number): Promise<NatsClient> {
  const jsm = await jetstreamManager(connection, { timeout: timeoutMs });
  return { connection, js: jetstream(connection, { timeout: timeoutMs }), jsm };
}

function authenticatorOf(credentials: string): Authenticator {
  const bytes = new TextEncoder().encode(credentials);
  return isSeed(credentials) ? nkeyAuthenticator(new TextEncoder().encode(credentials.trim())) : credsAuthenticator(bytes);
}

/** Whether it is the seed of a user's NKey. */
export function isSeed(credentials: string): boolean {
  return /^SU[A-Z2-7]{56}$/.test(credentials.trim());
}

import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
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
import { atMost, systemClock } from '../../model/clock.js';

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
const CLOSING_MS = 2_000;

/** Connects again by itself, for ever, once it was there. */
export function dial({ servers, user, password, token, credentials, tls }: Address, timeoutMs: number): Promise<NatsConnection> {
  const secured = tls === undefined ? undefined : { ...tls, checkServerIdentity: identityOf(servers) };
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
    ...(secured === undefined ? {} : { tls: secured }),
  });
}

/**
 * Closes it, also while it is trying to come back: the client leaves the socket that it has then, and a process that is asked nothing more
 * would stay for it.
 */
export async function closeConnection(connection: NatsConnection): Promise<void> {
  const closing = connection.close();
  const { protocol } = connection as { readonly protocol?: { readonly transport?: { discard?(): void } } };
  await atMost(systemClock, CLOSING_MS, closing);
  protocol?.transport?.discard?.();
}

/** Rejects where the server, or the account, has no JetStream. */
export async function withJetStream(connection: NatsConnection, timeoutMs: number): Promise<NatsClient> {
  const jsm = await jetstreamManager(connection, { timeout: timeoutMs });
  return { connection, js: jetstream(connection, { timeout: timeoutMs }), jsm };
}

/**
 * Whether a certificate is that of the server. The client names none to Node.js where its URL has an address and no name, and Node.js
 * takes that for `localhost`.
 */
function identityOf(servers: readonly string[]): typeof checkServerIdentity {
  const names = servers.map((server) => new URL(`tls://${server}`).hostname.replace(/^\[|\]$/g, ''));
  const addresses = names.filter((name) => isIP(name) !== 0);
  return (host: string, certificate: PeerCertificate) => {
    const isUnnamed = host === 'localhost' && !names.includes(host);
    const fits = (isUnnamed ? addresses : [host]).map((name) => checkServerIdentity(name, certificate));
    return fits.includes(undefined) ? undefined : (fits[0] ?? checkServerIdentity(host, certificate));
  };
}

function authenticatorOf(credentials: string): Authenticator {
  const bytes = new TextEncoder().encode(credentials);
  return isSeed(credentials) ? nkeyAuthenticator(new TextEncoder().encode(credentials.trim())) : credsAuthenticator(bytes);
}

/** Whether it is the seed of a user's NKey. */
export function isSeed(credentials: string): boolean {
  return /^SU[A-Z2-7]{56}$/.test(credentials.trim());
}

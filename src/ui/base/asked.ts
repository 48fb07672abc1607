import type { Json, JsonObject } from '../../model/json.js';
import type { NamedApp } from './viewed.js';

/** What whoever asks may do: only look, or ask for something, too. */
export type Role = 'read' | 'operate';

/** A request, as what answers it sees it. */
export interface Asked {
  readonly apps: readonly NamedApp[];
  /** The one that the path names. @throws Refusal when there is none */
  app(): NamedApp;
  readonly role: Role;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** Its JSON. @throws Refusal */
  body(): Promise<JsonObject>;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** What is sent as JSON, or an answer that is whole. */
export type Answer = Json | object | Response;

import { inWords } from '../../model/in-words.js';

/** How the page is served. */
export interface UiOptions {
  /** Where it is mounted, such as `/admin/flows`. Default: the root of its host. */
  readonly basePath?: string;
  /**
   * What a person has to enter first: a text of at least 16 characters, or one for those who may only look and one for those who operate. Default:
   * nothing; then the page answers only to `localhost` and the like, unless `hosts` names others.
   */
  readonly token?: string | UiTokens;
  /** Nobody can change anything. Default: false. */
  readonly readOnly?: boolean;
  /**
   * The names that the page is reached by, as in `['ops.example.com', 'ops.example.com:8443']`; requests to others are refused, so that no site elsewhere
   * can make a browser ask in its name (DNS rebinding). Default: `localhost`, `127.0.0.1` and `[::1]`, with any port; any name where there is a token.
   */
  readonly hosts?: readonly string[];
}

/** Two tokens, so that some can only look. */
export interface UiTokens {
  readonly read?: string;
  readonly operate: string;
}

export interface CheckedOptions {
  /** Without a `/` at its end; empty at the root. */
  readonly basePath: string;
  readonly tokens: UiTokens | undefined;
  readonly readOnly: boolean;
  /** Lower case. */
  readonly hosts: readonly string[] | undefined;
}

const LEAST = 16;
const MOST = 1_000;

/** @throws TypeError */
export function checkedOptions(options: UiOptions = {}): CheckedOptions {
  const { readOnly = false, hosts } = options;
  if (typeof readOnly !== 'boolean') throw new TypeError(`ui({ readOnly }) is ${inWords(readOnly)}: it must be true or false`);
  if (hosts !== undefined && !(Array.isArray(hosts) && hosts.every((host) => typeof host === 'string' && /^[^\s/@]+$/.test(host))))
    throw new TypeError(
      `ui({ hosts }) is ${inWords(hosts)}: it must be a list of names such as 'ops.example.com' or 'ops.example.com:8443'`,
    );
  return {
    basePath: checkedBase(options.basePath ?? ''),
    tokens: checkedTokens(options.token),
    readOnly,
    hosts: hosts?.map((host) => host.toLowerCase()),
  };
}

function checkedBase(basePath: unknown): string {
  const trimmed = typeof basePath === 'string' ? basePath.replace(/\/+$/, '') : undefined;
  if (trimmed === undefined || !/^(\/[A-Za-z0-9._~-]+)*$/.test(trimmed) || /\/\.{1,2}(\/|$)/.test(trimmed))
    throw new TypeError(`ui({ basePath }) is ${inWords(basePath)}: it must be a path such as '/admin/flows'`);
  return trimmed;
}

function checkedTokens(token: UiOptions['token']): UiTokens | undefined {
  if (token === undefined) return undefined;
  const tokens: UiTokens = typeof token === 'string' ? { operate: token } : token;
  for (const one of [tokens?.operate, ...(tokens?.read === undefined ? [] : [tokens.read])])
    if (typeof one !== 'string' || one.length < LEAST || one.length > MOST)
      // The token itself is in no message.
      throw new TypeError(`ui({ token }) is none: it must be a text of at least ${LEAST} characters, or { read, operate } of such texts`);
  if (tokens.read === tokens.operate) throw new TypeError('ui({ token }): those who look and those who operate need tokens of their own');
  return tokens;
}

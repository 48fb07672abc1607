import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Role } from '../base/asked.js';
import type { CheckedOptions, UiTokens } from '../base/options.js';

/** What a browser keeps after a token was entered. It is no token: it can't be entered, and says nothing about it. */
const COOKIE = 'flowproof_ui';
/** How long a browser keeps it. */
const KEPT_S = 12 * 3_600;

/** Who may do what: by the token that was entered, as the browser proves with each request. */
export class Sessions {
  readonly #options: CheckedOptions;

  constructor(options: CheckedOptions) {
    this.#options = options;
  }

  /** What whoever sent this may do; nothing: a token is to be entered first. */
  roleOf({ headers }: Pick<Request, 'headers'>): Role | undefined {
    const { tokens } = this.#options;
    if (tokens === undefined) return this.#bounded('operate');
    const bearer = /^Bearer (.+)$/i.exec(headers.get('authorization') ?? '')?.[1];
    if (bearer !== undefined) return this.roleFor(bearer);
    return this.#among(tokens, cookiesIn(headers), sessionOf);
  }

  /** What a token lets its owner do. */
  roleFor(token: string): Role | undefined {
    const { tokens } = this.#options;
    return tokens === undefined ? undefined : this.#among(tokens, [token], (one) => one);
  }

  /** A header that lets the browser keep that a token was entered. */
  begun(role: Role, isSecure: boolean): string {
    const { tokens } = this.#options;
    // A token that may operate is bounded by `readOnly`, whoever has it.
    const token = (role === 'read' ? tokens?.read : undefined) ?? tokens?.operate ?? '';
    return `${COOKIE}=${sessionOf(token)}; ${this.#attributes(isSecure)}; Max-Age=${KEPT_S}`;
  }

  /** A header that lets the browser forget it. */
  ended(isSecure: boolean): string {
    return `${COOKIE}=; ${this.#attributes(isSecure)}; Max-Age=0`;
  }

  #attributes(isSecure: boolean): string {
    return `Path=${this.#options.basePath === '' ? '/' : this.#options.basePath}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  }

  /** All are compared, whichever it is. */
  #among({ read, operate }: UiTokens, given: readonly string[], as: (token: string) => string): Role | undefined {
    const mayOperate = given.map((one) => isSame(one, as(operate))).includes(true);
    const mayRead = read !== undefined && given.map((one) => isSame(one, as(read))).includes(true);
    return mayOperate ? this.#bounded('operate') : mayRead ? 'read' : undefined;
  }

  #bounded(role: Role): Role {
    return this.#options.readOnly ? 'read' : role;
  }
}

function sessionOf(token: string): string {
  return createHmac('sha256', token).update('flowproof/ui session').digest('base64url');
}

/** Takes as long whatever they have in common. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHmac('sha256', 'flowproof/ui').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** A host may have several of one name, of other paths. */
function cookiesIn(headers: Headers): readonly string[] {
  return (headers.get('cookie') ?? '').split(';').flatMap((one) => {
    const [name, value] = one.trim().split('=', 2);
    return name === COOKIE && value !== undefined ? [value] : [];
  });
}

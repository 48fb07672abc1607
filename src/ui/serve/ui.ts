import { systemClock } from '../../model/clock.js';
import { Assets } from '../assets/assets.js';
import type { Role } from '../base/asked.js';
import { type CheckedOptions, checkedOptions, type UiOptions } from '../base/options.js';
import { Refusal } from '../base/refusal.js';
import { type NamedApp, namedApps, type UiApp } from '../base/viewed.js';
import { Attempts } from '../guard/attempts.js';
import { checkHost, hostOf } from '../guard/hosts.js';
import { checkSameOrigin } from '../guard/same-origin.js';
import { Sessions } from '../guard/session.js';
import { failed, json } from '../http/answers.js';
import { jsonBody } from '../http/body.js';
import { EventStreams } from '../http/event-stream.js';
import { API, routeOf, type Shared } from '../routes/table.js';
import { RunCounts } from '../views/counts.js';
import { GroupedFailures } from '../views/failures.js';
import { Graphs } from '../views/graphs.js';

/** The page, for whatever serves it. */
export interface Ui {
  /** Answers a request of a browser. Never rejects. */
  fetch(request: Request): Promise<Response>;
}

/**
 * A page that shows the runs of an app, or of several, and lets people operate them: one function from a request to its answer, as Hono, Next, Bun
 * and Deno take it; {@link nodeListener} makes of it what Express, Fastify and `node:http` take.
 *
 * The apps are only read, and asked for what a person asks for: nothing is begun by being looked at.
 *
 * @param apps one app, or several by the names that the page shows
 * @throws TypeError for options that make no sense
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { file, flowproof, linear } from 'flowproof';
 * import { nodeListener, ui } from 'flowproof/ui';
 * const order = linear('order').build();
 * const app = flowproof({ persistence: file('.flowproof'), flows: [order] });
 * createServer(nodeListener(ui(app))).listen(4680, '127.0.0.1');
 * ```
 */
export function ui(apps: UiApp | Readonly<Record<string, UiApp>>, options?: UiOptions): Ui {
  const served = new ServedPage(namedApps(apps), checkedOptions(options));
  return { fetch: (request) => served.answer(request) };
}

class ServedPage {
  readonly #apps: readonly NamedApp[];
  readonly #options: CheckedOptions;
  readonly #sessions: Sessions;
  readonly #attempts = new Attempts(systemClock);
  readonly #assets = new Assets();
  readonly #shared: Shared = {
    streams: new EventStreams(systemClock),
    counts: new RunCounts(systemClock),
    graphs: new Graphs(),
    failures: new GroupedFailures(),
  };

  constructor(apps: readonly NamedApp[], options: CheckedOptions) {
    this.#apps = apps;
    this.#options = options;
    this.#sessions = new Sessions(options);
  }

  async answer(request: Request): Promise<Response> {
    try {
      return await this.#answer(request);
    } catch (error) {
      return failed(error);
    }
  }

  async #answer(request: Request): Promise<Response> {
    const host = hostOf(request);
    checkHost(host, this.#options);
    const url = new URL(request.url);
    const { method } = request;
    const path = this.#pathIn(url);
    if (method !== 'GET' && method !== 'HEAD') {
      if (method !== 'POST') throw new Refusal(405, 'WRONG_METHOD', 'this can only be read and posted to', { allow: 'GET, HEAD, POST' });
      checkSameOrigin(request, host);
    }
    if (path.startsWith('/assets/')) {
      const file = await this.#assets.of(path.slice('/assets/'.length));
      if (file === undefined) throw new Refusal(404, 'NOT_FOUND', 'there is no such file');
      return file;
    }
    if (path === API || path.startsWith(`${API}/`)) return this.#api(request, url, path.slice(API.length));
    if (method === 'POST') throw new Refusal(404, 'NOT_FOUND', 'nothing can be posted here');
    return this.#assets.page(this.#options.basePath, method);
  }

  /** What mounts the page may have taken the base path away. */
  #pathIn({ pathname }: URL): string {
    const { basePath } = this.#options;
    return basePath !== '' && (pathname === basePath || pathname.startsWith(`${basePath}/`)) ? pathname.slice(basePath.length) : pathname;
  }

  async #api(request: Request, url: URL, path: string): Promise<Response> {
    const isSecure = url.protocol === 'https:' || request.headers.get('x-forwarded-proto') === 'https';
    if (path === '/session' && request.method === 'POST') return this.#session(request, isSecure);
    const role = this.#sessions.roleOf(request);
    if (role === undefined) throw new Refusal(401, 'TOKEN_NEEDED', 'enter the token first');
    const found = routeOf(request.method, path);
    if (found === undefined) throw new Refusal(404, 'NOT_FOUND', 'there is nothing here');
    this.#mustBeAllowed(role, found.route.role);
    const asked = {
      apps: this.#apps,
      app: () => this.#named(found.app),
      role,
      query: url.searchParams,
      headers: request.headers,
      body: () => jsonBody(request),
      signal: request.signal,
    };
    const answer = await found.route.answer(asked, this.#shared);
    return answer instanceof Response ? answer : json(answer);
  }

  #mustBeAllowed(role: Role, needed: Role): void {
    if (needed === 'operate' && role !== 'operate') throw new Refusal(403, 'READ_ONLY', 'nothing can be changed here');
  }

  #named(name: string | undefined): NamedApp {
    const found = this.#apps.find((one) => one.name === name);
    if (found === undefined) throw new Refusal(404, 'NO_SUCH_APP', 'there is no app of this name');
    return found;
  }

  /** A token is entered, or, without one, what the browser keeps is forgotten. */
  async #session(request: Request, isSecure: boolean): Promise<Response> {
    const { token } = await jsonBody(request);
    if (token === null) return json({}, 200, { 'set-cookie': this.#sessions.ended(isSecure) });
    this.#attempts.check();
    const role = typeof token === 'string' ? this.#sessions.roleFor(token) : undefined;
    if (role === undefined) {
      this.#attempts.failed();
      throw new Refusal(401, 'WRONG_TOKEN', 'this is not the token');
    }
    return json({ role }, 200, { 'set-cookie': this.#sessions.begun(role, isSecure) });
  }
}

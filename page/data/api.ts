import { BASE } from '../browser/address.js';

/** What the server has refused, in its words. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

type Query = Readonly<Record<string, string | undefined>>;

/** The address of something in the API. What is undefined, or empty, is left out. */
export function apiUrl(path: string, query: Query = {}): string {
  const search = new URLSearchParams(Object.entries(query).flatMap(([name, value]) => (value ? [[name, value]] : []))).toString();
  return `${BASE}/api/v1${path}${search === '' ? '' : `?${search}`}`;
}

/** @throws Refused */
export function get<Answer>(path: string, query?: Query, signal?: AbortSignal): Promise<Answer> {
  return answered(fetch(apiUrl(path, query), { headers: { accept: 'application/json' }, ...(signal === undefined ? {} : { signal }) }));
}

/** @throws Refused */
export function post<Answer>(path: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json', 'x-flowproof': '1' };
  return answered(fetch(apiUrl(path), { method: 'POST', headers, body: JSON.stringify(body) }));
}

async function answered<Answer>(asked: Promise<Response>): Promise<Answer> {
  let response: Response;
  try {
    response = await asked;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Refused(0, 'AWAY', 'the server gives no answer');
  }
  const answer = (await response.json().catch(() => ({}))) as Answer & {
    readonly error?: { readonly code: string; readonly message: string };
  };
  if (response.ok) return answer;
  const { code = 'UNKNOWN', message = `the server answers with ${response.status}` } = answer.error ?? {};
  if (code === 'TOKEN_NEEDED') dispatchEvent(new Event('flowproof-token'));
  throw new Refused(response.status, code, message);
}

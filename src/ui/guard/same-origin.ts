import { Refusal } from '../base/refusal.js';

/** A form of another site can't send it, and a script there only after it was allowed to, which it never is. */
export const WRITE_HEADER = 'x-flowproof';

/**
 * Refuses a write that another site may have made the browser send (CSRF).
 *
 * @param host the name that the request was sent to
 * @throws Refusal
 */
export function checkSameOrigin({ headers }: Pick<Request, 'headers'>, host: string): void {
  if (headers.get(WRITE_HEADER) !== '1') throw crossSite(`writes carry the header ${WRITE_HEADER}: 1`);
  const site = headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin') throw crossSite('this was sent by another site');
  const origin = headers.get('origin');
  if (origin !== null && hostIn(origin) !== host) throw crossSite('this was sent by another site');
}

function crossSite(message: string): Refusal {
  return new Refusal(403, 'CROSS_SITE', message);
}

function hostIn(origin: string): string | undefined {
  try {
    return new URL(origin).host.toLowerCase();
  } catch {
    return undefined;
  }
}

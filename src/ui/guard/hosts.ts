import type { CheckedOptions } from '../base/options.js';
import { Refusal } from '../base/refusal.js';

/** What a browser on this machine calls it. */
const LOOPBACK = /^(localhost|[a-z0-9-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/;

/** The name that a request was sent to, in lower case. */
export function hostOf(request: Request): string {
  return (request.headers.get('host') ?? new URL(request.url).host).toLowerCase();
}

/**
 * Refuses what was sent to another name than the page has: a site whose name is made to lead to this machine (DNS rebinding) would be
 * of one origin with the page.
 *
 * @throws Refusal
 */
export function checkHost(host: string, { hosts, tokens }: Pick<CheckedOptions, 'hosts' | 'tokens'>): void {
  if (isAllowed(host, hosts, tokens !== undefined)) return;
  throw new Refusal(
    421,
    'UNKNOWN_HOST',
    `this page does not answer to the name that it was asked by: name it in ui(app, { hosts: ['…'] })`,
  );
}

function isAllowed(host: string, hosts: CheckedOptions['hosts'], hasToken: boolean): boolean {
  if (hosts === undefined) return hasToken || LOOPBACK.test(host);
  return hosts.some((one) => one === host || one === host.replace(/:\d+$/, ''));
}

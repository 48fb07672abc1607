import { useEffect, useState } from 'preact/hooks';

/** Where the page is mounted, as its server has written it. */
export const BASE = document.documentElement.dataset.base ?? '';

/** Where the page is: what is shown follows from it alone. */
export interface Address {
  /** Below the base path, in parts. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

const listeners = new Set<() => void>();

/** A link to a place of the page. What is undefined, or empty, is left out. */
export function linkTo(parts: readonly string[], query: Readonly<Record<string, string | undefined>> = {}): string {
  const entries = Object.entries(query).flatMap(([name, value]) => (value ? [[name, value]] : []));
  const search = new URLSearchParams(entries).toString();
  return `${BASE}/${parts.map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`;
}

/** The same place with some of its query changed. */
export function changed({ parts, query }: Address, changes: Readonly<Record<string, string | undefined>>): string {
  return linkTo(parts, { ...Object.fromEntries(query), ...changes });
}

export function goTo(link: string, options: { readonly replace?: boolean } = {}): void {
  if (options.replace === true) history.replaceState(null, '', link);
  else history.pushState(null, '', link);
  for (const listener of listeners) listener();
}

function here(): Address {
  const path = location.pathname.startsWith(`${BASE}/`) ? location.pathname.slice(BASE.length) : location.pathname;
  return {
    parts: path
      .split('/')
      .filter((part) => part !== '')
      .map(decoded),
    query: new URLSearchParams(location.search),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function useAddress(): Address {
  const [address, setAddress] = useState(here);
  useEffect(() => {
    const moved = (): void => setAddress(here());
    listeners.add(moved);
    addEventListener('popstate', moved);
    return () => {
      listeners.delete(moved);
      removeEventListener('popstate', moved);
    };
  }, []);
  return address;
}

/** Links of the page need no new page. */
export function followLinks(): void {
  addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (link === null || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
      return;
    if (link.origin !== location.origin || link.target !== '' || link.hash !== '' || !link.pathname.startsWith(`${BASE}/`)) return;
    event.preventDefault();
    goTo(link.pathname + link.search);
  });
}

/** Characters that a terminal would obey, and not show. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

/** A message in which whatever a source has in its names can be seen, and does nothing. */
export function printable(message: string): string {
  return message.replace(CONTROL, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

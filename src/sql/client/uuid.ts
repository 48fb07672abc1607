const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a column of type uuid takes this text; asked with anything else it would be an error instead of no row. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** npm takes no longer ones. */
const LONGEST = 214;

/** Names that npm gives to nobody. */
const TAKEN = new Set(['node_modules', 'favicon.ico', 'flowproof', 'create-flowproof']);

/** Why npm would not take a name for a package, or nothing. */
export function wrongName(name: string): string | undefined {
  const shown = JSON.stringify(name);
  if (name === '') return 'a folder needs a name';
  if (name.length > LONGEST) return `${shown} is longer than ${LONGEST} characters`;
  if (TAKEN.has(name)) return `a package can't be called ${shown}`;
  if (name !== name.toLowerCase())
    return `${shown} has capital letters, which a package can't have: ${JSON.stringify(name.toLowerCase())}?`;
  if (!/^[a-z0-9]/.test(name)) return `${shown} is the name of a package, too: it must begin with a letter or digit`;
  if (!/^[a-z0-9._-]+$/.test(name)) return `${shown} is the name of a package, too: letters, digits, and . _ - only`;
  return undefined;
}

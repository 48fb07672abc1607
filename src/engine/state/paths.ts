/** The path of an atom, for whoever reads of it; its number where the flow that is known has no such atom. */
export function pathOf({ atoms }: { readonly atoms: readonly { readonly path: string }[] }, atom: number): string {
  return atoms[atom]?.path ?? `#${atom}`;
}

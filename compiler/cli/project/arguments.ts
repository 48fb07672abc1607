/** What a person asked of the sources of a project. */
export interface Arguments {
  /** What stands without a dash after the command. */
  readonly words: readonly string[];
  readonly projects: readonly string[];
  readonly format: string | undefined;
  readonly output: string | undefined;
  readonly against: string | undefined;
  readonly watch: boolean;
  /** How long each module may take to load; `undefined`: nothing is loaded. */
  readonly loadMs: number | undefined;
}

/** Where a value comes from; settled at compile time, since a name has one provider. */
export type Source =
  | { readonly from: 'input'; readonly name: string }
  /** `node`: the node of the shape whose placement injects it. */
  | { readonly from: 'constant'; readonly node: number; readonly input: string }
  /** An output of a task, or the value that a retry gives to its flow. */
  | { readonly from: 'atom'; readonly atom: number; readonly output: string }
  /** The one of these that ran. `certain`: one of them does; otherwise there may be none. `select`: another rule which one it is. */
  | { readonly from: 'branch'; readonly of: readonly Source[]; readonly certain: boolean; readonly select?: SelectSource };

/** What can be known of a source in a run. */
export interface SourceFacts {
  /** The run was given it, or its atom was not skipped. */
  isOpen(source: Source): boolean;
  hasValue(source: Source): boolean;
}

/** Picks the source that gives the value. None: the value is missing, also where it is optional. */
export type SelectSource = (facts: SourceFacts) => Source | undefined;

/** A name that only a sibling provides, in a flow whose nodes don't wait for each other. */
export interface SiblingValue {
  readonly from: 'sibling';
  readonly flow: string;
}

/** What a look for a name finds. */
export type Found = Source | SiblingValue | undefined;

/** Where a value comes from; settled at compile time, since a name has one provider. */
export type Source =
  | { readonly from: 'input'; readonly name: string }
  /** `node`: the node of the shape whose placement injects it. */
  | { readonly from: 'constant'; readonly node: number; readonly input: string }
  /** An output of a task, or the value that a retry gives to its flow. */
  | { readonly from: 'atom'; readonly atom: number; readonly output: string }
  /** The one of these that ran. `certain`: one of them does; otherwise there may be none. */
  | { readonly from: 'branch'; readonly of: readonly Source[]; readonly certain: boolean }
  /** Of the first level where anybody ran, the first that has a value; TaskFlow. It has to be there. */
  | { readonly from: 'nearest'; readonly levels: readonly (readonly Source[])[] };

/** A name that only a sibling provides, in a flow whose nodes don't wait for each other. */
export interface SiblingValue {
  readonly from: 'sibling';
  readonly flow: string;
}

/** What a look for a name finds. */
export type Found = Source | SiblingValue | undefined;

import type { DiagnosticCode, SENTENCES } from '../model/diagnostics.js';

/**
 * A type that nothing has. Where something would have to be one, the compiler prints `Message`: that is how flows
 * report their errors in the editor.
 */
export interface FlowError<Message extends string> {
  readonly '~flowproof: error': Message;
}

/** A {@link FlowError} that shows types beside the sentence: what was needed and what was provided. */
export interface FlowMismatch<Message extends string, Detail> {
  readonly '~flowproof: error': Message;
  readonly '~flowproof: detail': Detail;
}

type Fill<Text extends string, Facts> = Text extends `${infer Before}{${infer Key}}${infer After}`
  ? `${Before}${Key extends keyof Facts ? Facts[Key] & string : `{${Key}}`}${Fill<After, Facts>}`
  : Text;

/** The text of a sentence of the one list, with its placeholders filled. */
export type SentenceText<Code extends DiagnosticCode, Facts = {}> = Fill<(typeof SENTENCES)[Code], Facts>;

/** The error type that prints a sentence of the one list. The conditional keeps this alias itself out of the message. */
export type Sentence<Code extends DiagnosticCode, Facts = {}> =
  SentenceText<Code, Facts> extends infer Message extends string ? FlowError<Message> : never;

/** The same with types beside it. */
export type SentenceWith<Code extends DiagnosticCode, Facts, Detail> =
  SentenceText<Code, Facts> extends infer Message extends string ? FlowMismatch<Message, Detail> : never;

export type AllOf<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void ? All : never;
/** Inference from overloads takes the last one. */
type LastOf<Union> = AllOf<Union extends unknown ? () => Union : never> extends () => infer Last ? Last : never;

/** Several names as they stand between the quotes of a sentence: `a', 'b`. Costs something on the way to an error only. */
export type Listed<Names> = [Names] extends [never]
  ? ''
  : LastOf<Names> extends infer Last extends string
    ? [Exclude<Names, Last>] extends [never]
      ? Last
      : `${Listed<Exclude<Names, Last>>}', '${Last}`
    : never;

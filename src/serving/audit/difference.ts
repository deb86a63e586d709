import type { LoggedAnswer } from '../../online/answer-line.js';

/** A value and its status; the value as JSON text, which tells all bits (S22). */
export type Cell = {
  readonly value: string;
  readonly status: string;
  /** Of a latest value the event time of its row, microseconds, null without a row; not there of others and where none was logged. */
  readonly eventUs?: bigint | null;
};

/** A value that its replay does not give. */
export type Difference = {
  readonly answer: LoggedAnswer;
  /** Place among the outputs of the service, and its name. */
  readonly output: number;
  readonly feature: string;
  readonly served: Cell;
  readonly replayed: Cell;
};

/** What explains a difference, as JSON has it: the first row or tile that does. */
export type Cause =
  | {
      readonly kind: 'row';
      readonly what: RowCause;
      readonly source: string;
      readonly sequence: string;
      readonly eventTime: string;
      /** Where history is not what the log says. */
      readonly columns?: readonly {
        readonly name: string;
        readonly log: unknown;
        readonly history: unknown;
      }[];
    }
  | {
      readonly kind: 'tile';
      readonly what: 'counted online only' | 'counted in history only';
      readonly source: string;
      /** The rows with `after` < event time ≤ `through`. */
      readonly after: string;
      readonly through: string;
      readonly rows: number;
    }
  | { readonly kind: 'unknown'; readonly what: string };

/** What is the matter with a row; the first three are of history against the log, the others of the answer against history. */
type RowCause =
  | 'changed in history'
  | 'missing in history'
  | 'not in the log'
  | 'counted online only'
  | 'counted in history only'
  | 'the newest online';

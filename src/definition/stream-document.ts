/** A Kafka topic of others that a source takes its rows from. */
export type StreamDocument = {
  readonly topic: string;
  /** Raised by one where the topic was made anew under the same name, so that its offsets begin again (S11); default 1. */
  readonly epoch?: number;
  /** Where the first reading of the topic begins; default `earliest`. */
  readonly from?: 'earliest' | 'latest';
  readonly format: (typeof STREAM_FORMATS)[number];
  /** Avro only: the schema that the values were written with. */
  readonly schema?: unknown;
  /**
   * Avro only: values begin with a zero byte and the number of their schema in a schema registry (4 bytes, big-endian), and these
   * numbers mean `schema`. Without it they are the bare encoding.
   */
  readonly schemaIds?: readonly number[];
  /** Source column to its place in a value: a member, or a JSON pointer such as `/card/id`; others keep their names. */
  readonly columns?: Readonly<Record<string, string>>;
  /** Columns that come from the key of a message. */
  readonly key?: StreamKeyDocument;
  /** TIMESTAMP column that takes the time of a message, as its producer or broker gave it. */
  readonly timestamp?: string;
  /** Members that the source lacks; default `refuse`. */
  readonly extra?: 'refuse' | 'ignore';
  /**
   * What a message without a value is: a wrong row (the default), none, or the deletion of the entity that its key names, as of the
   * time of the message (S13).
   */
  readonly empty?: 'refuse' | 'ignore' | 'delete';
};

/** A whole key as one column, as text or bytes; or an object of columns. */
export type StreamKeyDocument =
  | { readonly format: 'text' | 'bytes'; readonly column: string; readonly columns?: undefined }
  | {
      readonly format: 'json';
      readonly columns: Readonly<Record<string, string>>;
      readonly column?: undefined;
    };

export const STREAM_FORMATS = ['json', 'avro'] as const;

/** Names that Kafka allows. */
export const TOPIC_PATTERN = '^(?!\\.{1,2}$)[A-Za-z0-9._-]{1,249}$';

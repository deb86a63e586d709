/** What every command is given. */
export type CommandOptions = {
  /** Where the service listens. */
  readonly url: string;
  readonly project: string;
  readonly source?: string;
  readonly model?: string;
  /** A feature service. */
  readonly service?: string;
  /** A value: `set:feature`, or one of a feature service by its name in an answer. */
  readonly feature?: string;
  /** JSON objects: keys and request inputs; of an online answer its sequences. */
  readonly entity?: string;
  readonly sequences?: string;
  /** A rule by which rows count. */
  readonly knowledge?: string;
  /** Instants, RFC 3339. */
  readonly at?: string;
  readonly from?: string;
  readonly to?: string;
  /** Parquet files. */
  readonly frame?: string;
  readonly out?: string;
  /** One JSON object on the last line, nothing else on standard output. */
  readonly json: boolean;
};

/** What a command without a service is given: files of configuration. */
export type LocalOptions = {
  readonly from?: string;
  readonly to?: string;
  /** Tells what would be done, and does nothing. */
  readonly plan: boolean;
  readonly json: boolean;
};

export type LocalCommand = (options: LocalOptions) => Promise<CommandResult>;

/** A command tells of its progress as it goes, and gives what it did; it throws what a person should read. */
export type Command = (options: CommandOptions) => Promise<CommandResult>;

/** What it did; where `ok` is false, what it looked for is not as it should be, and the exit code says so. */
export type CommandResult = { readonly ok?: boolean; readonly [member: string]: unknown };

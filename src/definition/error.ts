/**
 * Every error a caller can see: its HTTP status and what it means. `docs/errors.md` is generated from this table.
 * Details always name the place (`path`) when the cause is in the caller's input.
 */
export const ERROR_CODES = {
  INVALID_DOCUMENT: { status: 422, means: 'A definition breaks the published schema or contradicts itself.' },
  INVALID_EXPRESSION: { status: 422, means: 'An expression does not parse or does not type.' },
  INVALID_REQUEST: { status: 400, means: 'The request has an unknown, missing or malformed part.' },
  INVALID_ROW: { status: 422, means: 'At least one row breaks the schema of its source; none was accepted.' },
  INVALID_FRAME: {
    status: 422,
    means: 'The frame lacks a column, or a column has the wrong type or a NULL time.',
  },
  INVALID_FILE: {
    status: 422,
    means: 'A file cannot be read: truncated, not of its format, or of other columns.',
  },
  FUTURE_EVENT: { status: 422, means: 'A row is further ahead of the clock than maxSkew allows (S14).' },
  FUTURE_TIME: { status: 422, means: 'A retrieval asks for a time that has not come yet (S19).' },
  PATH_NOT_ALLOWED: { status: 403, means: 'A file lies outside the data roots that the operator allowed.' },
  NOT_FOUND: { status: 404, means: 'Nothing is registered or stored under this name.' },
  UNKNOWN_FEATURE: { status: 404, means: 'The feature set or service has no feature of this name.' },
  CONFLICT: { status: 409, means: 'The request contradicts what is stored already.' },
  IN_USE: { status: 409, means: 'Something still rests on this version; it cannot be removed.' },
  CANCELLED: { status: 409, means: 'The job was cancelled before it ended.' },
  HISTORY_EXPIRED: {
    status: 422,
    means: 'The time or snapshot lies before what history still keeps (historyRetention).',
  },
  MOSTLY_INVALID: {
    status: 422,
    means: 'More rows of a load are refused than its threshold allows; none was taken.',
  },
  SCHEMA_CHANGE_REFUSED: {
    status: 409,
    means: 'A source can only gain columns; this change would lose or retype one.',
  },
  TOO_LARGE: { status: 413, means: 'The request is larger than the limit it names.' },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    means: 'The body has a content type that this route does not read.',
  },
  NOT_EXPORTABLE: {
    status: 422,
    means:
      'A model has a part that the format asked for cannot carry; the problems name each with its remedy.',
  },
  NOT_ACCEPTABLE: { status: 406, means: 'This route cannot answer in the media type asked for.' },
  PREDICTION_FAILED: {
    status: 422,
    means: 'A model gives no finite number for these inputs; they are far from what it was trained on.',
  },
  TRAINING_FAILED: { status: 422, means: 'A model cannot be trained from this data, for the reason given.' },
  UNAVAILABLE: { status: 503, means: 'A store did not answer in time; try again.' },
  INTERNAL: { status: 500, means: 'A defect of the service; the log holds the cause under the request id.' },
} as const satisfies Record<string, { readonly status: number; readonly means: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** One problem in the caller's input: where (a JSON pointer, column or position) and what, with the remedy in the text. */
export type Problem = {
  readonly path: string;
  readonly message: string;
  readonly [detail: string]: unknown;
};

/** What a caller can be told besides the message; `problems` lists every cause when there are several. */
export type ErrorDetails = {
  readonly path?: string;
  readonly problems?: readonly Problem[];
  readonly [detail: string]: unknown;
};

/** The one error type that crosses a layer: `message` says what, which and what to do. */
export class PlumblineError extends Error {
  override readonly name = 'PlumblineError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
  }
}

/**
 * The error that a caller may see in what was thrown: that itself, or the one that TypeORM wrapped because it came from
 * the database's driver. Null where there is none.
 */
export function plumblineErrorIn(thrown: unknown): PlumblineError | null {
  if (thrown instanceof PlumblineError) return thrown;
  return thrown instanceof Error && 'driverError' in thrown ? plumblineErrorIn(thrown.driverError) : null;
}

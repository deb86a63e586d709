import { type Call, send } from './transport.js';
import { type Job, jsonBody } from './wire.js';

/** Which logged answers to audit; all of the project where nothing is said. Instants are RFC 3339. */
export type AuditRequest = {
  readonly featureService?: string;
  readonly from?: string;
  /** Not included. */
  readonly to?: string;
};

/** What an audit found. */
export type AuditSummary = {
  readonly project: string;
  /** When it began, by the service clock. */
  readonly at: string;
  readonly answers: number;
  /** Values compared, each with its status. */
  readonly compared: number;
  readonly differences: number;
  /** Answers that cannot be replayed any more, by the code of the error that says why. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Of the project since the service started: sampled answers that were logged, and those that were not. */
  readonly logged: number;
  readonly dropped: number;
};

/** The same with the first differences, explained. */
export type AuditReport = AuditSummary & { readonly listed: readonly AuditDifference[] };

export type AuditDifference = {
  readonly feature: string;
  readonly featureService?: string;
  readonly version?: number;
  readonly asOf: string;
  readonly keys: Readonly<Record<string, unknown>>;
  readonly served: AuditedCell;
  readonly replayed: AuditedCell;
  readonly cause: AuditCause;
};

export type AuditedCell = {
  readonly value: unknown;
  readonly status: string;
  /** Of a latest value that of its row; null without a row. */
  readonly eventTime?: string | null;
};

/** The first row or tile that explains a difference; `columns` of a row that history has otherwise than the log. */
export type AuditCause =
  | {
      readonly kind: 'row';
      readonly what: string;
      readonly source: string;
      readonly sequence: string;
      readonly eventTime: string;
      readonly columns?: readonly {
        readonly name: string;
        readonly log: unknown;
        readonly history: unknown;
      }[];
    }
  | {
      readonly kind: 'tile';
      readonly what: string;
      readonly source: string;
      readonly after: string;
      readonly through: string;
      readonly rows: number;
    }
  | { readonly kind: 'unknown'; readonly what: string };

/** Which value to explain: an output of a feature service, or of a list of features. */
export type ExplainRequest = {
  readonly featureService?: string;
  readonly version?: number;
  readonly features?: readonly string[];
  /** Its name in an answer; not needed where there is one. */
  readonly feature?: string;
  /** Keys and request inputs by name. */
  readonly entity: object;
  /** RFC 3339; default now. */
  readonly asOf?: string;
  /** Default `known`. */
  readonly knowledge?: string;
  /** Of an online answer its sequences by alias, for `served`. */
  readonly sequences?: object;
};

/** A value, and the rows and tiles of history that are in it. */
export type Explanation = {
  readonly feature: string;
  readonly asOf: string;
  readonly knowledge: string;
  readonly value: unknown;
  readonly status: string;
  readonly restsOn: readonly ExplainedPart[];
};

/** One feature that is read from rows. */
export type ExplainedPart = {
  readonly feature: string;
  readonly featureSet: string;
  readonly version: number;
  readonly source: string;
  readonly key: readonly unknown[];
  readonly sequence?: string | null;
  /** The newest first. */
  readonly rows: readonly ExplainedRow[];
} & (
  | { readonly kind: 'latest' }
  | {
      readonly kind: 'windowed';
      readonly aggregate: string;
      /** Rows with `after` < event time ≤ `through`. */
      readonly after: string | null;
      readonly through: string;
      readonly hop: string;
      readonly value: unknown;
      readonly rowCount: number;
      readonly cut: boolean;
      readonly tiles: readonly ExplainedTile[];
    }
);

type ExplainedTile = {
  readonly after: string;
  readonly through: string;
  readonly rows: number;
  readonly value: unknown;
};

/** `why` says why a row does not count. */
type ExplainedRow = {
  readonly sequence: string;
  readonly eventTime: string;
  readonly createdTime: string;
  readonly createdAssumed?: true;
  readonly value: unknown;
  readonly category?: unknown;
  readonly counts: boolean;
  readonly why?: string;
};

/** Audits of what was served, and what values are made of. Every method throws PlumblineRequestError. */
export class AuditsClient {
  constructor(
    private readonly root: string,
    private readonly deadlinesMs: { readonly short: number; readonly long: number },
  ) {}

  /** Starts an audit. */
  start(request: AuditRequest = {}): Promise<Job<AuditSummary>> {
    return this.post('audits', request);
  }

  /** What one value is made of. */
  explain(request: ExplainRequest): Promise<Explanation> {
    return this.post('explain', request);
  }

  /** The report of an audit that has ended. */
  report({ id }: Job<AuditSummary>): Promise<AuditReport> {
    const path = `jobs/${encodeURIComponent(id)}/result`;
    return this.json({ method: 'GET', path, deadlineMs: this.deadlinesMs.long });
  }

  private post<Result>(path: string, body: object): Promise<Result> {
    return this.json({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json' },
      body: jsonBody(body),
      deadlineMs: this.deadlinesMs.short,
    });
  }

  private json<Result>(call: Call): Promise<Result> {
    return send(this.root, call, (answer) => answer.json() as Promise<Result>);
  }
}

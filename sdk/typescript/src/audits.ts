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

export type AuditedCell = { readonly value: unknown; readonly status: string };

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

/** Audits of what was served. Every method throws PlumblineRequestError. */
export class AuditsClient {
  constructor(
    private readonly root: string,
    private readonly deadlinesMs: { readonly short: number; readonly long: number },
  ) {}

  /** Starts an audit. */
  start(request: AuditRequest = {}): Promise<Job<AuditSummary>> {
    return this.json({
      method: 'POST',
      path: 'audits',
      headers: { 'content-type': 'application/json' },
      body: jsonBody(request),
      deadlineMs: this.deadlinesMs.short,
    });
  }

  /** The report of an audit that has ended. */
  report({ id }: Job<AuditSummary>): Promise<AuditReport> {
    const path = `jobs/${encodeURIComponent(id)}/result`;
    return this.json({ method: 'GET', path, deadlineMs: this.deadlinesMs.long });
  }

  private json<Result>(call: Call): Promise<Result> {
    return send(this.root, call, (answer) => answer.json() as Promise<Result>);
  }
}

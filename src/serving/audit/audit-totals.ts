import type { AuditSummary } from './audit-report.js';

/** What the audits of a service found since it started. */
export type AuditFigures = {
  readonly audits: number;
  readonly compared: number;
  readonly differences: number;
};

/** Adds up what audits found, for whoever watches the service. */
export class AuditTotals {
  private readonly byProject = new Map<string, AuditFigures>();
  private readonly last = new Map<string, AuditSummary>();

  add(summary: AuditSummary): void {
    const { project, compared, differences } = summary;
    const before = this.byProject.get(project) ?? NOTHING;
    this.byProject.set(project, added(before, { audits: 1, compared, differences }));
    this.last.set(project, summary);
  }

  of(project: string): AuditFigures {
    return this.byProject.get(project) ?? NOTHING;
  }

  /** The audit that ended last; null before the first. */
  lastOf(project: string): AuditSummary | null {
    return this.last.get(project) ?? null;
  }

  /** Over all projects. */
  all(): AuditFigures {
    return [...this.byProject.values()].reduce(added, NOTHING);
  }
}

const NOTHING: AuditFigures = { audits: 0, compared: 0, differences: 0 };

function added(a: AuditFigures, b: AuditFigures): AuditFigures {
  return {
    audits: a.audits + b.audits,
    compared: a.compared + b.compared,
    differences: a.differences + b.differences,
  };
}

import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import type { AnswerLog } from '../../online/answer-log.js';
import type { Clock } from '../../platform/clock.js';
import { jobText, jobValue } from '../../platform/job-text.js';
import type { Audits } from './audits.js';

/** How often it is looked whether audits are due: the service clock may be any, so no timer can be set for them. */
const LOOK_EVERY_MS = 1_000;

/** How often old answers are looked for, microseconds of the service clock. */
const TRIM_EVERY_US = 60_000_000n;

/** After so long an audit that could not be started is tried again, microseconds of the service clock. */
const TRY_AGAIN_US = 60_000_000n;

export type AuditScheduleParts = {
  readonly answers: AnswerLog;
  readonly audits: Audits;
  readonly clock: Clock;
  /** Time between two audits of a project, microseconds; null is never. */
  readonly everyUs: bigint | null;
  /** Remembers up to which T each project was audited. */
  readonly file: string;
  readonly onDefect: (cause: unknown) => void;
};

/** Audits that nobody asked for: of each project with new answers, of those since the last one. */
export class AuditSchedule {
  private readonly audited: Map<string, bigint>;
  private readonly startedUs: bigint;
  private trimmedUs: bigint;
  /** Answers that each project had logged at its last audit. */
  private readonly seen = new Map<string, number>();
  /** When an audit of each project was last tried. */
  private readonly tried = new Map<string, bigint>();
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> | null = null;

  constructor(private readonly parts: AuditScheduleParts) {
    this.audited = rememberedIn(parts.file);
    this.startedUs = parts.clock.nowUs();
    this.trimmedUs = this.startedUs;
  }

  /** Looks from now on. */
  start(): void {
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
    this.timer.unref();
  }

  /** Begins nothing more, and waits for what is under way. */
  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    await this.looking;
  }

  /** One look at every project, or the one that is under way: starts the audits that are due. */
  look(): Promise<void> {
    this.looking ??= this.startDue()
      .catch(this.parts.onDefect)
      .finally(() => {
        this.looking = null;
      });
    return this.looking;
  }

  private async startDue(): Promise<void> {
    const { answers, clock, everyUs } = this.parts;
    const nowUs = clock.nowUs();
    if (nowUs - this.trimmedUs >= TRIM_EVERY_US) {
      this.trimmedUs = nowUs;
      await answers.trim();
    }
    if (everyUs === null) return;
    for (const project of answers.projects()) {
      if (this.isDue(project, nowUs, everyUs)) await this.audit(project, nowUs).catch(this.parts.onDefect);
    }
  }

  private isDue(project: string, nowUs: bigint, everyUs: bigint): boolean {
    const lastUs = this.audited.get(project) ?? this.startedUs;
    const triedUs = this.tried.get(project) ?? null;
    if (nowUs - lastUs < everyUs || (triedUs !== null && nowUs - triedUs < TRY_AGAIN_US)) return false;
    return this.parts.answers.counts(project).logged > (this.seen.get(project) ?? 0);
  }

  private async audit(project: string, toUs: bigint): Promise<void> {
    const { answers, audits, file } = this.parts;
    const { logged } = answers.counts(project);
    const fromUs = this.audited.get(project);
    this.tried.set(project, toUs);
    await audits.start({ project, toUs, ...(fromUs !== undefined && { fromUs }) });
    this.seen.set(project, logged);
    this.audited.set(project, toUs);
    await writeFile(`${file}.tmp`, jobText(this.audited));
    await rename(`${file}.tmp`, file);
  }
}

/** Nothing where there is no such file, or none that can be read: then the next audit is of all answers. */
function rememberedIn(file: string): Map<string, bigint> {
  try {
    const kept = jobValue(readFileSync(file, 'utf8'));
    return kept instanceof Map ? kept : new Map();
  } catch {
    return new Map();
  }
}

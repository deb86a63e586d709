import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CompiledFeatureService } from '../compile/feature-service.js';
import type { AnswerFiles } from './answer-files.js';
import {
  type AnswerLineWriter,
  answerLineWriter,
  type LoggedAnswer,
  lineStart,
  parseAnswerLine,
  type ServedAnswer,
} from './answer-line.js';
import { type KeySampler, keySampler } from './sampled-keys.js';

/** Values of answers that may wait to be written: they hold memory that the answers themselves gave back. */
const MAX_WAITING_VALUES = 1_000_000;

/** Lines that are written together: some hundred microseconds of the event loop. */
const LINES_A_TURN = 32;

export type AnswerLogParts = {
  readonly files: AnswerFiles;
  /** Share of the keys that is logged where a feature service does not say, 0 to 1. */
  readonly share: number;
  readonly onDefect: (cause: unknown) => void;
};

/** What became of the sampled answers of a project since the service started; each is of one entity. */
export type AnswerCounts = {
  readonly logged: number;
  /** Not logged, because the queue was full or the disk refused them. */
  readonly dropped: number;
};

/** A lookup of which some entities are sampled. */
type Waiting = {
  readonly served: ServedAnswer;
  readonly rows: readonly number[];
  /** Of `rows` the next one to write. */
  next: number;
};

/**
 * A sample of what was served, for audits (S18). What a lookup does for it is to sample its keys and to queue the answer, which
 * it has anyway; texts and files are made afterwards, and where that does not keep up, answers are dropped and counted.
 */
export class AnswerLog {
  private readonly plans = new WeakMap<CompiledFeatureService, ServicePlan>();
  private readonly waiting: Waiting[] = [];
  private waitingValues = 0;
  private writing: Promise<void> | null = null;
  private isClosed = false;
  private readonly tallies = new Map<string, Tally>();

  constructor(private readonly parts: AnswerLogParts) {}

  /** Takes an answer over; never waits and never throws for what becomes of it. */
  offer(served: ServedAnswer): void {
    const plan = this.planOf(served.service);
    if (plan.share === 0 || this.isClosed) return;
    const rows: number[] = [];
    for (let row = 0; row < served.answer.entityCount; row++) {
      if (plan.isSampled(served.asked, row)) rows.push(row);
    }
    if (rows.length === 0) return;
    const values = valuesOf(served);
    if (this.waitingValues > 0 && this.waitingValues + values > MAX_WAITING_VALUES) {
      this.tallyOf(served.project).dropped += rows.length;
      return;
    }
    this.waitingValues += values;
    this.waiting.push({ served, rows, next: 0 });
    this.writing ??= this.write();
  }

  counts(project: string): AnswerCounts {
    return { ...this.tallyOf(project) };
  }

  /** Over all projects. */
  totals(): AnswerCounts {
    return [...this.tallies.values()].reduce(
      (sum, { logged, dropped }) => ({ logged: sum.logged + logged, dropped: sum.dropped + dropped }),
      { logged: 0, dropped: 0 },
    );
  }

  /** Projects with sampled answers since the service started. */
  projects(): readonly string[] {
    return [...this.tallies.keys()];
  }

  /** Removes files that are too old, where no answer comes any more that would. */
  async trim(): Promise<void> {
    await this.settle();
    if (this.isClosed) return;
    this.writing = this.parts.files
      .trim()
      .catch(this.parts.onDefect)
      .then(() => this.write());
    await this.writing;
  }

  /** Resolves when everything offered before is in the files. */
  async settle(): Promise<void> {
    while (this.writing !== null) await this.writing;
  }

  /** The answers of a project in the order in which they were logged; torn lines are left out. */
  async *answers(project: string): AsyncIterable<LoggedAnswer> {
    await this.settle();
    for await (const line of this.parts.files.lines(lineStart(project))) {
      const answer = parseAnswerLine(line);
      if (answer !== null) yield answer;
    }
  }

  /** Takes no more and writes what waits. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.settle();
    await this.parts.files.close();
  }

  /** Turn by turn, so that requests are answered in between. */
  private async write(): Promise<void> {
    await nextTurn();
    while (this.waiting.length > 0) {
      const { project, lines } = this.nextLines();
      const tally = this.tallyOf(project);
      try {
        await this.parts.files.append(lines.join(''));
        tally.logged += lines.length;
      } catch (cause) {
        tally.dropped += lines.length;
        this.parts.onDefect(cause);
      }
      await nextTurn();
    }
    this.writing = null;
  }

  /** Lines of one project; there is one that waits. */
  private nextLines(): { readonly project: string; readonly lines: readonly string[] } {
    const lines: string[] = [];
    const { project } = this.waiting[0]!.served;
    while (lines.length < LINES_A_TURN && this.waiting[0]?.served.project === project) {
      const first = this.waiting[0];
      const { served, rows } = first;
      const { line } = this.planOf(served.service);
      while (lines.length < LINES_A_TURN && first.next < rows.length) {
        lines.push(line(served, rows[first.next++]!));
      }
      if (first.next < rows.length) break;
      this.waiting.shift();
      this.waitingValues -= valuesOf(served);
    }
    return { project, lines };
  }

  private tallyOf(project: string): Tally {
    const tally = this.tallies.get(project) ?? { logged: 0, dropped: 0 };
    this.tallies.set(project, tally);
    return tally;
  }

  private planOf(service: CompiledFeatureService): ServicePlan {
    const known = this.plans.get(service);
    if (known !== undefined) return known;
    const share = service.answerLog ?? this.parts.share;
    const columns = service.keyColumns.map(({ name }) => name);
    const plan = { share, isSampled: keySampler(columns, share), line: answerLineWriter(service) };
    this.plans.set(service, plan);
    return plan;
  }
}

type Tally = { -readonly [Name in keyof AnswerCounts]: AnswerCounts[Name] };

type ServicePlan = {
  readonly share: number;
  readonly isSampled: KeySampler;
  readonly line: AnswerLineWriter;
};

/** At least one, so that a service without features is bounded too. */
function valuesOf({ service, answer }: ServedAnswer): number {
  return answer.entityCount * (service.outputs.length + 1);
}

export const ANSWER_LOG = Symbol('AnswerLog');

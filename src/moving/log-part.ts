import { PlumblineError } from '../definition/error.js';
import type { CopiedLog } from '../ingest/copied-log.js';
import { copyLog, logDigest } from '../ingest/log-copy.js';
import type { MovingPart, Say } from './moving-part.js';
import { tenths } from './tenths.js';

export type LogPartLogs = {
  /** Names of all of them, `project/source`. */
  readonly sources: readonly string[];
  readonly from: CopiedLog;
  readonly to: CopiedLog;
};

/** The log of every source, whose rows keep their sequences and epochs. */
export class LogPart implements MovingPart {
  readonly name = 'log';

  constructor(private readonly logs: LogPartLogs) {}

  async summary(): Promise<string> {
    return rowsText(await this.rowsIn(this.logs.from));
  }

  async inTheWay(): Promise<string | null> {
    const rows = await this.rowsIn(this.logs.to);
    return rows.size === 0 ? null : rowsText(rows);
  }

  async move(say: Say): Promise<void> {
    for (const source of this.logs.sources) {
      const tell = tenths((percent) => say(`${source} ${percent} %`));
      await copyLog(source, this.logs, (next, end) => tell(Number(next), Number(end)));
    }
  }

  async verify(): Promise<string> {
    const { sources, from, to } = this.logs;
    for (const source of sources) {
      const [wanted, found] = await Promise.all([from, to].map((log) => stateOf(source, log)));
      if (wanted === found) continue;
      const message = `the log of source "${source}" is ${found} at the target and ${wanted} at the source; does a service write to either? Stop it and run this again`;
      throw new PlumblineError('INTERNAL', message);
    }
    return rowsText(await this.rowsIn(from));
  }

  /** By source, of those that have any. */
  private async rowsIn(log: CopiedLog): Promise<ReadonlyMap<string, bigint>> {
    const rows = new Map<string, bigint>();
    for (const source of this.logs.sources) {
      const { next } = await log.end(source);
      if (next > 0n) rows.set(source, next);
    }
    return rows;
  }
}

async function stateOf(source: string, log: CopiedLog): Promise<string> {
  const { next } = await log.end(source);
  return `${next} rows of digest ${await logDigest(source, log)}`;
}

function rowsText(rows: ReadonlyMap<string, bigint>): string {
  const some = [...rows].map(([source, count]) => `${count} rows of ${source}`);
  return some.length === 0 ? 'no rows' : some.join(', ');
}

import { PUSH_TYPE, pushOf } from '../rows/doors.js';
import type { Body } from '../rows/project-api.js';
import type { Random } from '../rows/random.js';
import type { SentRow } from '../rows/row-text.js';
import { COLUMNS, THINGS } from './fault-documents.js';
import type { SentPush } from './fault-ledger.js';

const FORMATS = ['json', 'ndjson', 'arrow'] as const satisfies readonly (keyof typeof PUSH_TYPE)[];

/** How late rows may be: some leave windows of a minute, some of ten. */
const LATEST_US = 900_000_000n;

/** Random rows and pushes. */
export class FaultTraffic {
  private count = 0;
  private readonly times = new Set<bigint>();

  constructor(private readonly random: Random) {}

  push(rowCount = this.random.whole(1, 12)): SentPush & { readonly query: string } {
    const { random } = this;
    const rows = Array.from({ length: rowCount }, () => this.row());
    if (random.chance(0.15)) rows.splice(random.whole(0, rows.length), 0, this.wrongRow());
    const ack = random.pick(['logged', 'visible', 'visible']);
    const key = random.chance(0.7) ? `key-${this.count++}` : null;
    return { rows, key, receipt: null, query: `?invalid=quarantine&ack=${ack}` };
  }

  row(): SentRow {
    const { random } = this;
    const n = this.count++;
    return {
      id: `row-${n}`,
      k: BigInt(random.whole(0, THINGS - 1)),
      at: this.time(),
      v: BigInt(random.whole(-1_000, 1_000)),
    };
  }

  things(): readonly bigint[] {
    return Array.from({ length: this.random.whole(1, 8) }, () => BigInt(this.random.whole(0, THINGS - 1)));
  }

  private wrongRow(): SentRow {
    return { id: null, k: null, at: this.time(), v: BigInt(1_000_000 + this.count++) };
  }

  /** Of no other row, so that which row is newest follows from them alone. */
  private time(): bigint {
    const nowUs = BigInt(Date.now()) * 1_000n;
    const isLate = this.random.chance(0.3);
    let us = isLate ? nowUs - this.random.wholeUs(0n, LATEST_US) : nowUs - 1_000n;
    while (this.times.has(us)) us -= 1n;
    this.times.add(us);
    return us;
  }
}

/** A push as it is sent; the same each time. */
export function bodyOf({ rows, key }: SentPush): { readonly type: string; readonly body: Body } {
  const format = FORMATS[(key ?? '').length % FORMATS.length]!;
  return pushOf(format, COLUMNS, rows);
}

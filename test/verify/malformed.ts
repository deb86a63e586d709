import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { type RunningService, startService } from '../../demo/service.js';
import type { Check, Outcome } from './check.js';
import {
  applyBase,
  type Base,
  broken,
  fileBase,
  frameBase,
  type Input,
  intact,
  parquetBase,
  pushBase,
  specials,
} from './malformed/inputs.js';
import { Target, type Verdict } from './malformed/target.js';
import { COLUMNS, ParquetWriter } from './malformed/valid-rows.js';
import { Random } from './rows/random.js';

const INPUTS = 10_000;
const SEED = 20_131_103;

/** What a service may grow while it refuses. */
const MAX_GROWTH_MIB = 200;

/** Inputs that are sent before the memory is taken for that of a warm service. */
const WARM_UP = 500;

/** Each of so many inputs is left as it is: what is refused later must not be refused because nothing works. */
const INTACT_EVERY = 50;

const ROWS_OF_AN_INPUT = 3;

/** Rows of a large request: as many as one push may have. */
const MANY_ROWS = 100_000;

/** Malformed inputs at every door: a code each time, no crash, no growth, no half-written row. */
export const malformed: Check = {
  name: 'malformed',
  bar: `${INPUTS} malformed inputs: each refused with a code (or still valid), no crash, at most ${MAX_GROWTH_MIB} MiB more, no half-written row`,
  defect: {
    file: 'src/offline/adapter/duckdb-frame-table.js',
    find: "if (name !== '' &&",
    replace: "if (true || name !== '' &&",
  },
  run: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-malformed-'));
    const [dataDir, roots] = [join(folder, 'data'), join(folder, 'files')];
    await mkdir(roots);
    let service: RunningService | null = null;
    try {
      service = await startService({ dataDir, dataRoots: [roots] });
      const attack = new Attack(new Target(service.baseUrl, service.pid, roots), roots);
      const outcome = await attack.run();
      await service.stop();
      service = null;
      return withHistory(outcome, attack, await historyRows(dataDir));
    } finally {
      await service?.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

class Attack {
  /** Rows of accepted inputs. */
  rows = 0;
  private readonly random = new Random(SEED);
  private readonly complaints: string[] = [];
  private readonly codes = new Map<string, number>();
  private readonly refusedKeys: string[] = [];
  private readonly intactKeys: string[] = [];
  private taken = 0;
  private peakMiB = 0;

  constructor(
    private readonly target: Target,
    private readonly folder: string,
  ) {}

  async run(): Promise<Outcome> {
    const parquet = await ParquetWriter.open(this.folder);
    await this.setUp();
    let baseline = 0;
    const extra = specials();
    for (let i = 0; i < INPUTS - extra.length; i++) {
      const base = await this.base(i, parquet);
      await this.send(i % INTACT_EVERY === 0 ? intact(base) : broken(base, this.random));
      if (i === WARM_UP) {
        await this.sendMany();
        baseline = await this.target.rssMiB();
        this.peakMiB = 0;
      }
      if (i % 20 === 0) await this.measure();
    }
    for (const input of extra) {
      await this.send(input);
      await this.measure();
    }
    await this.sendLargeBodies();
    await this.checkKeys();
    return this.outcome(baseline);
  }

  private async setUp(): Promise<void> {
    const columns = COLUMNS.map(([name, type]) => ({ name, type, ...(name === 'e' && { dimension: 2 }) }));
    const documents = [
      { kind: 'Entity', name: 'thing', keys: [{ name: 'k', type: 'STRING' }] },
      { kind: 'Source', name: 'readings', eventTime: 'at', columns },
      {
        kind: 'FeatureSet',
        name: 'set',
        entity: 'thing',
        source: 'readings',
        features: COLUMNS.filter(([name]) => name !== 'k').map(([name]) => ({ name })),
      },
      { kind: 'FeatureService', name: 'all', entries: [{ featureSet: 'set' }] },
    ];
    const bytes = Buffer.from(JSON.stringify({ documents }));
    await this.send({
      door: 'apply',
      what: 'set-up',
      type: 'application/json',
      bytes,
      keys: [],
      isIntact: true,
    });
  }

  /** A valid input, by turns for every door and format. */
  private async base(i: number, parquet: ParquetWriter): Promise<Base> {
    const keys = Array.from({ length: ROWS_OF_AN_INPUT }, (_, row) => `m${i}x${row}`);
    const turn = this.random.whole(0, 99);
    if (turn < 24) return pushBase('json', keys);
    if (turn < 36) return pushBase('ndjson', keys);
    if (turn < 48) return pushBase('arrow', keys);
    if (turn < 56) return pushBase('dictionary', keys);
    if (turn < 70) return applyBase(`a${i}`, this.random.chance(0.4));
    if (turn < 84) return frameBase(this.random.pick(['json', 'ndjson', 'csv', 'arrow', 'dictionary']), keys);
    if (turn < 90) return fileBase(this.random.pick(FILE_SUFFIXES), keys);
    const some = keys.slice(0, this.random.whole(2, 3));
    const bytes = await readFile(await parquet.write('base.parquet', some));
    return turn < 94 ? parquetBase('load', bytes, some) : parquetBase('retrieve', bytes, []);
  }

  private async send(input: Input): Promise<void> {
    this.note(input, await this.target.send(input));
  }

  private note({ what, keys, isIntact }: Pick<Input, 'what' | 'keys' | 'isIntact'>, verdict: Verdict): void {
    const { taken, rows, code, complaint } = verdict;
    if (complaint !== null) this.complaints.push(`${what}: ${complaint}`);
    else if (isIntact && !taken) this.complaints.push(`${what}: valid, and refused as ${code}`);
    if (code !== null) this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
    this.rows += rows;
    if (!taken) this.refusedKeys.push(...keys);
    else if (isIntact) this.intactKeys.push(...keys);
    else this.taken++;
  }

  /** Large requests that are valid: what a service that is at work has seen. */
  private async sendMany(): Promise<void> {
    for (const format of ['json', 'ndjson', 'arrow'] as const) {
      const keys = Array.from({ length: MANY_ROWS }, (_, i) => `many${format}${i}`);
      await this.send({ ...intact(pushBase(format, keys)), keys: [] });
      await this.send(intact(frameBase(format, keys)));
    }
  }

  /** 300 MiB and more to every route that takes a body. */
  private async sendLargeBodies(): Promise<void> {
    const mebibyte = (text: string): Buffer => Buffer.alloc(1024 ** 2, text);
    const bodies: readonly (readonly [path: string, type: string, chunk: Buffer])[] = [
      ['sources/readings/rows', 'application/json', mebibyte('[')],
      ['sources/readings/rows', 'application/json', mebibyte('{"k":"large"},')],
      ['sources/readings/rows', 'application/x-ndjson', mebibyte('{"k":"large"}\n')],
      ['sources/readings/rows', 'application/vnd.apache.arrow.stream', mebibyte('\xff')],
      ['retrievals?featureService=all&time=at', 'application/vnd.apache.parquet', mebibyte('PAR1')],
      [
        'retrievals?featureService=all&time=at',
        'application/vnd.apache.arrow.stream',
        mebibyte('ARROW1\0\0'),
      ],
      ['retrievals?featureService=all&time=at', 'text/csv', mebibyte('"k')],
      ['retrievals?featureService=all&time=at', 'application/x-ndjson', mebibyte('{"k":')],
      ['apply', 'application/yaml', mebibyte('- ')],
    ];
    for (const [path, type, chunk] of bodies) {
      const verdict = this.target.stream(path, type, chunk, 300);
      const what = `300 MiB of ${type} to ${path}`;
      this.note({ what, keys: [], isIntact: false }, await this.measuredDuring(verdict));
    }
  }

  private async measuredDuring<T>(work: Promise<T>): Promise<T> {
    const timer = setInterval(() => void this.measure(), 50);
    try {
      return await work;
    } finally {
      clearInterval(timer);
    }
  }

  private async measure(): Promise<void> {
    this.peakMiB = Math.max(this.peakMiB, await this.target.rssMiB());
  }

  /** What was refused is not there, what was taken is. */
  private async checkKeys(): Promise<void> {
    const half = await this.countFound(this.refusedKeys);
    if (half > 0) this.complaints.push(`${half} rows of refused inputs are there`);
    const whole = await this.countFound(this.intactKeys);
    if (whole !== this.intactKeys.length)
      this.complaints.push(`${this.intactKeys.length - whole} rows of valid inputs are missing`);
  }

  private async countFound(keys: readonly string[]): Promise<number> {
    let count = 0;
    for (let at = 0; at < keys.length; at += 500) {
      count += (await this.target.found(keys.slice(at, at + 500))).filter((found) => found).length;
    }
    return count;
  }

  private outcome(baseline: number): Outcome {
    const growth = this.peakMiB - baseline;
    if (growth > MAX_GROWTH_MIB) this.complaints.push('memory grew too much');
    const codes = [...this.codes].sort(([, a], [, b]) => b - a).map(([code, count]) => `${code} ${count}`);
    const memory = `${Math.round(growth)} MiB above ${Math.round(baseline)}`;
    const figure = `${this.taken} still valid, ${codes.join(', ')}; ${memory}; ${this.rows} rows in`;
    const shown = this.complaints.slice(0, 10).join(' | ');
    return {
      ok: this.complaints.length === 0,
      figure: shown === '' ? figure : `${this.complaints.length} complaints: ${shown}; ${figure}`,
    };
  }
}

const FILE_SUFFIXES = ['csv', 'ndjson', 'arrow', 'csv.gz', 'ndjson.zst'] as const;

/** Rows that history holds, and how many sequences they have. */
async function historyRows(dataDir: string): Promise<readonly [rows: number, sequences: number]> {
  const database = await DuckDBInstance.create(join(dataDir, 'history.duckdb'), { access_mode: 'READ_ONLY' });
  const connection = await database.connect();
  const named = await connection.runAndReadAll(
    "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'history_p_readings_%'",
  );
  const table = String(named.getRowsJS()[0]![0]);
  const counted = await connection.runAndReadAll(
    `SELECT count(*), count(DISTINCT "~sequence") FROM "${table}"`,
  );
  connection.closeSync();
  database.closeSync();
  const [rows, sequences] = counted.getRowsJS()[0]!;
  return [Number(rows), Number(sequences)];
}

function withHistory(
  { ok, figure }: Outcome,
  { rows }: Attack,
  [inHistory, sequences]: readonly [number, number],
): Outcome {
  const isSame = inHistory === rows && sequences === rows;
  const difference = isSame ? '' : ` | history has ${inHistory} rows and ${sequences} sequences, not ${rows}`;
  return { ok: ok && isSame, figure: `${figure}${difference}` };
}

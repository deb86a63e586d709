/** How long back a rate looks, milliseconds, and how finely. */
const RATE_OVER_MS = 10_000;
const SAMPLE_EVERY_MS = 500;

/** Where the reading of a stream stands. */
export type StreamFigures = {
  /** `failing` tries again by itself, and says in `problem` why. */
  readonly state: 'starting' | 'reading' | 'failing';
  readonly problem: string | null;
  readonly topic: string;
  readonly epoch: number;
  readonly partitions: readonly PartitionFigures[];
  /** Messages that were not taken yet; null before anything was read. */
  readonly lag: number | null;
  /** Microseconds: the least of the partitions' newest event times; null where one has none yet. */
  readonly watermarkUs: bigint | null;
  /** Since the service started. */
  readonly rows: number;
  readonly quarantined: number;
  readonly bytes: number;
  /** Messages that the topic had removed before they were taken. */
  readonly missed: number;
  /** Over the last ten seconds. */
  readonly rowsPerSecond: number;
};

/** Streams in a few numbers, for the health of the service. */
export function healthOf(streams: readonly StreamFigures[]): Readonly<Record<string, number>> {
  return {
    sources: streams.length,
    failing: streams.filter(({ state }) => state === 'failing').length,
    lag: streams.reduce((sum, { lag }) => sum + (lag ?? 0), 0),
    rowsPerSecond: streams.reduce((sum, { rowsPerSecond }) => sum + rowsPerSecond, 0),
  };
}

type PartitionFigures = {
  readonly partition: number;
  /** Offset of the first message that was not dealt with. */
  readonly position: number;
  /** Behind the last message that could be read. */
  readonly end: number;
  readonly newestEventUs: bigint | null;
};

type Part = { position: number; end: number; newestEventUs: bigint | null };

/** Counts what a stream brings. */
export class StreamCounts {
  private readonly parts = new Map<number, Part>();
  private samples: { readonly atMs: number; readonly rows: number }[] = [];
  private rows = 0;
  private quarantined = 0;
  private bytes = 0;
  private missed = 0;
  private state: StreamFigures['state'] = 'starting';
  private problem: string | null = null;

  constructor(
    private readonly topic: string,
    private readonly epoch: number,
  ) {}

  /** Where a partition begins or goes on. */
  place(partition: number, position: number, end: number): void {
    const known = this.parts.get(partition);
    this.parts.set(partition, { position, end, newestEventUs: known?.newestEventUs ?? null });
  }

  taken(
    partition: number,
    what: { readonly rows: number; readonly quarantined: number },
    newestUs: bigint | null,
  ) {
    this.rows += what.rows;
    this.quarantined += what.quarantined;
    const part = this.parts.get(partition);
    const known = part?.newestEventUs ?? null;
    if (part !== undefined && newestUs !== null && (known === null || newestUs > known))
      part.newestEventUs = newestUs;
    this.sample(performance.now());
  }

  received(bytes: number): void {
    this.bytes += bytes;
  }

  lost(messages: number): void {
    this.missed += messages;
  }

  reading(): void {
    this.state = 'reading';
    this.problem = null;
  }

  failing(problem: string): void {
    this.state = 'failing';
    this.problem = problem;
  }

  figures(): StreamFigures {
    const partitions = [...this.parts].map(([partition, part]) => ({ partition, ...part }));
    const newest = partitions.map(({ newestEventUs }) => newestEventUs);
    return {
      state: this.state,
      problem: this.problem,
      topic: this.topic,
      epoch: this.epoch,
      partitions: partitions.sort((a, b) => a.partition - b.partition),
      lag:
        partitions.length === 0
          ? null
          : partitions.reduce((sum, { position, end }) => sum + end - position, 0),
      watermarkUs: newest.reduce(least, newest[0] ?? null),
      rows: this.rows,
      quarantined: this.quarantined,
      bytes: this.bytes,
      missed: this.missed,
      rowsPerSecond: this.rate(performance.now()),
    };
  }

  private sample(nowMs: number): void {
    const last = this.samples.at(-1);
    if (last !== undefined && nowMs - last.atMs < SAMPLE_EVERY_MS) return;
    this.samples.push({ atMs: nowMs, rows: this.rows });
    this.samples = this.samples.filter(({ atMs }) => nowMs - atMs <= RATE_OVER_MS);
  }

  private rate(nowMs: number): number {
    const first = this.samples.find(({ atMs }) => nowMs - atMs <= RATE_OVER_MS);
    if (first === undefined || nowMs <= first.atMs) return 0;
    return Math.round((1_000 * (this.rows - first.rows)) / (nowMs - first.atMs));
  }
}

function least(a: bigint | null, b: bigint | null): bigint | null {
  if (a === null || b === null) return null;
  return a < b ? a : b;
}

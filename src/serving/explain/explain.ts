import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CompiledFeatureService } from '../../compile/feature-service.js';
import { type ColumnBatch, valueAt } from '../../definition/column-batch.js';
import { jsonOf } from '../../definition/json-value.js';
import { formatTimestamp } from '../../definition/time.js';
import type { Value } from '../../definition/value.js';
import type { FrameFiles } from '../../offline/frame-files.js';
import type { History } from '../../offline/history.js';
import type { Retrieval } from '../../offline/retrieval.js';
import { type FrameFile, type KeyRows, type Knowledge, statusName } from '../../offline/store.js';
import { frameColumns, recordFrame, TIME_COLUMN } from '../record-frame.js';
import { explainLatest } from './explain-latest.js';
import { explainWindow } from './explain-window.js';
import type { Explanation, LatestExplanation, WindowExplanation } from './explanation.js';
import { boundOf, type KnownBy, keyOf } from './key-rows.js';
import { type ReadFeature, restsOn, spanOfFeature } from './rests-on.js';

/** One value: an output of a service, for one entity, as of one T. */
export type ExplainRequest = {
  readonly project: string;
  readonly service: CompiledFeatureService;
  /** Name of the output. */
  readonly feature: string;
  /** Keys and request inputs, one row. */
  readonly asked: ColumnBatch;
  /** T, microseconds. */
  readonly asOfUs: bigint;
  readonly knowledge: Knowledge;
  /** By alias the record of an online answer, for `served` (S18); null is by T alone, and of other rules. */
  readonly sequences: ReadonlyMap<string, bigint | null> | null;
};

export type ExplainParts = {
  readonly retrieval: Retrieval;
  readonly history: History;
  readonly frames: FrameFiles;
  /** Where frames are kept for a moment. */
  readonly temporaryDir: string;
};

/** Rows of a window that are looked at: they are held in memory. */
const MAX_WINDOW_ROWS = 100_000;

/** Rows of newest values that are looked at. */
const MAX_LATEST_ROWS = 20;

/** What a value is made of: the value as a retrieval gives it, and beside it the rows and tiles of history that are in it. */
export class Explain {
  constructor(private readonly parts: ExplainParts) {}

  /** Throws FUTURE_TIME, HISTORY_EXPIRED. */
  async of(request: ExplainRequest): Promise<Explanation> {
    const { service, feature, asOfUs, knowledge } = request;
    const cell = await this.retrieved(request);
    const parts: (LatestExplanation | WindowExplanation)[] = [];
    for (const read of restsOn(service, feature)) parts.push(await this.part(request, read));
    return { feature, asOf: formatTimestamp(asOfUs), knowledge, ...cell, restsOn: parts };
  }

  private async retrieved(request: ExplainRequest): Promise<Pick<Explanation, 'value' | 'status'>> {
    const { project, service, feature, asked, knowledge } = request;
    const path = join(this.parts.temporaryDir, `${randomUUID()}.arrow`);
    const frame: FrameFile = { kind: 'file', path, format: 'arrow' };
    const rows = recordFrame(service, asked, [request]);
    const { type } = service.outputs.find(({ name }) => name === feature)!;
    try {
      await this.parts.frames.write(frame, frameColumns(rows), once(rows));
      const asking = { project, service, frame, knowledge, timeColumn: TIME_COLUMN } as const;
      const result = await this.parts.retrieval.start({ ...asking, include: ['status'] });
      try {
        for await (const { columns } of result.batches()) {
          const value = jsonOf(type, valueAt(columns.get(feature)!, 0));
          return { value, status: String(valueAt(columns.get(statusName(feature))!, 0)) };
        }
        throw new Error('a frame of one row came back without it');
      } finally {
        await result.close();
      }
    } finally {
      await rm(path, { force: true });
    }
  }

  private async part(
    request: ExplainRequest,
    read: ReadFeature,
  ): Promise<LatestExplanation | WindowExplanation> {
    const { asked, asOfUs } = request;
    const { entry, feature } = read;
    const { featureSet } = entry;
    const key = keyOf(entry, (name) => valueAt(asked.columns.get(name)!, 0));
    const by = knownBy(request, entry.alias);
    const about = {
      feature: feature.outputName,
      featureSet: featureSet.name,
      version: featureSet.version,
      source: featureSet.source.name,
      key: entry.keyColumns.map((name, i) =>
        jsonOf(featureSet.keyTypes[i]!, valueAt(asked.columns.get(name)!, 0)),
      ),
      ...(by.kind === 'record' && { sequence: by.sequence === null ? null : String(by.sequence) }),
    };
    const asking = { read, key, by };
    if (read.kind === 'latest') {
      const rows = await this.rows(request, asking, MAX_LATEST_ROWS);
      return { kind: 'latest', ...about, rows: explainLatest(read, rows, { by, asOfUs }) };
    }
    const rows = await this.rows(request, asking, MAX_WINDOW_ROWS);
    const isCut = rows.rows.rowCount === MAX_WINDOW_ROWS;
    return { kind: 'windowed', ...about, ...explainWindow(read, rows, { by, asOfUs, isCut }) };
  }

  /**
   * The newest rows of the feature's span, of a key that is not whole none. Those that the rule leaves out are among them
   * unless they would take the places of others.
   */
  private async rows(
    { project, asOfUs }: ExplainRequest,
    { read, key, by }: AskedRows,
    limit: number,
  ): Promise<KeyRows> {
    const { source, keyColumns } = read.entry.featureSet;
    const span = spanOfFeature(read, asOfUs);
    // A key that is not whole has no rows, as a limit of none has.
    const asked = key === null ? { key: [], keyColumns: [], limit: 0 } : { key, keyColumns, limit };
    const query = { project, source, ...span, ...asked };
    const { history } = this.parts;
    const all = await history.keyRows({ ...query, throughSequence: null, knownThrough: null });
    return all.rows.rowCount < limit ? all : history.keyRows({ ...query, ...boundOf(by, asOfUs) });
  }
}

type AskedRows = {
  readonly read: ReadFeature;
  /** Null where it is not whole. */
  readonly key: readonly Value[] | null;
  readonly by: KnownBy;
};

async function* once(batch: ColumnBatch): AsyncIterable<ColumnBatch> {
  yield batch;
}

function knownBy({ knowledge, sequences }: ExplainRequest, alias: string): KnownBy {
  if (sequences === null) return { kind: knowledge };
  return { kind: 'record', sequence: sequences.get(alias) ?? null };
}

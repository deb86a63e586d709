import type { AskedFeatures } from './asked-features.js';
import type { FrameFormat } from './frame-format.js';
import type { RetrievalPins, RetrievalRequest } from './retrieval.js';

/**
 * What a job has to remember of a retrieval: everything but its service, which is found again by `asked`, and the folder of
 * its files. Paths in it are names of files in that folder.
 */
export type KeptRetrieval = Omit<RetrievalRequest, 'service' | 'project' | 'signal'> & {
  readonly asked: AskedFeatures;
  readonly answer: FrameFormat;
  readonly pins: RetrievalPins;
};

/** Members that stand for what JSON does not have; no name begins so. */
const BIGINT = '~bigint';
const MAP = '~map';

/** As text for the job's record: a bigint is `{ "~bigint": "…" }`, a map `{ "~map": [[key, value], …] }`. */
export function keptText(kept: KeptRetrieval): string {
  return JSON.stringify(kept, (_, value: unknown) => {
    if (typeof value === 'bigint') return { [BIGINT]: String(value) };
    return value instanceof Map ? { [MAP]: [...value] } : value;
  });
}

/** Reads what {@link keptText} wrote; nobody else writes such text. */
export function keptRetrieval(text: string): KeptRetrieval {
  return JSON.parse(text, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    if (BIGINT in value) return BigInt(value[BIGINT] as string);
    return MAP in value ? new Map(value[MAP] as [unknown, unknown][]) : value;
  }) as KeptRetrieval;
}

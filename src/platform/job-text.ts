/** Members that stand for what JSON does not have; no name begins so. */
const BIGINT = '~bigint';
const MAP = '~map';

/**
 * What a job has to remember, as text for its spec: plain data with bigints, `{ "~bigint": "…" }`, and maps,
 * `{ "~map": [[key, value], …] }`.
 */
export function jobText(kept: object): string {
  return JSON.stringify(kept, (_, value: unknown) => {
    if (typeof value === 'bigint') return { [BIGINT]: String(value) };
    return value instanceof Map ? { [MAP]: [...value] } : value;
  });
}

/** Reads what {@link jobText} wrote; nobody else writes such text. */
export function jobValue(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    if (BIGINT in value) return BigInt(value[BIGINT] as string);
    return MAP in value ? new Map(value[MAP] as [unknown, unknown][]) : value;
  });
}

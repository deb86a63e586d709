import type { CompiledFeatureService } from '../compile/feature-service.js';
import type { SourceDocument } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import { isJsonObject } from '../definition/json-columns.js';

/** A position of history: by source the sequence of the last row that counts, -1 for none (S19). */
export type Snapshot = Readonly<Record<string, bigint>>;

/** Reads a snapshot as a report has it: an object of decimal texts by source. Throws INVALID_REQUEST. */
export function parseSnapshot(json: unknown): Snapshot {
  if (!isJsonObject(json)) throw invalid('a snapshot is an object: { source: "sequence", … }', 'snapshot');
  const entries = Object.entries(json).map(([source, position]): [string, bigint] => {
    if (typeof position === 'string' && POSITION.test(position)) return [source, BigInt(position)];
    const message = `snapshot of "${source}" must be a decimal text such as "41", or "-1" before the first row`;
    throw invalid(message, `snapshot/${source}`);
  });
  return Object.fromEntries(entries);
}

/** The same from JSON text, as a parameter or header carries it. */
export function parseSnapshotText(text: string): Snapshot {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw invalid('the snapshot is no JSON; give back what the report of a retrieval says', 'snapshot');
  }
  return parseSnapshot(json);
}

/**
 * A snapshot names the sources of the service and no others, and lies within history: `positions` has the last sequence of
 * each. Throws INVALID_REQUEST.
 */
export function requireSnapshot(snapshot: Snapshot, positions: Snapshot): void {
  const names = Object.keys(positions);
  const unknown = Object.keys(snapshot).find((name) => !Object.hasOwn(positions, name));
  if (unknown !== undefined) {
    const message = `the snapshot names "${unknown}", which the features do not come from; they come from ${names.join(', ')}`;
    throw invalid(message, `snapshot/${unknown}`);
  }
  for (const name of names) {
    if (!Object.hasOwn(snapshot, name))
      throw invalid(`the snapshot does not name "${name}"`, `snapshot/${name}`);
    if (snapshot[name]! <= positions[name]!) continue;
    const message = `the snapshot of "${name}" is ${snapshot[name]}, and history ends at ${positions[name]}; it is of another service`;
    throw invalid(message, `snapshot/${name}`);
  }
}

/** The sources of a service by name, each once. */
export function sourcesOf({ entries }: CompiledFeatureService): ReadonlyMap<string, SourceDocument> {
  return new Map(entries.map(({ featureSet: { source } }) => [source.name, source]));
}

const POSITION = /^(?:-1|0|[1-9]\d{0,17})$/;

function invalid(message: string, path: string): PlumblineError {
  return new PlumblineError('INVALID_REQUEST', message, { path });
}

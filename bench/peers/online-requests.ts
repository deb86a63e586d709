import { httpRequest } from '../http-load.js';
import type { FeastServer } from './feast.js';
import { ENTITIES, featureValue } from './online-data.js';

/** So many features of so many entities, all with a row. */
export type LookupShape = { readonly features: 50 | 250; readonly entities: number };

/** Prepared requests that are sent in turn. */
const PREPARED = 200;

/** Requests of a shape for one server, the same for all; number `i` asks for the same entities each time. */
export function lookupRequests({ base }: FeastServer, shape: LookupShape): (i: number) => Buffer {
  const prepared = Array.from({ length: PREPARED }, (_, i) =>
    httpRequest(`${base}/get-online-features`, bodyOf(shape, i)),
  );
  return (i) => prepared[i % PREPARED]!;
}

type FeastAnswer = {
  readonly metadata: { readonly feature_names: readonly string[] };
  readonly results: readonly { readonly values: readonly unknown[]; readonly statuses: readonly string[] }[];
};

/** Asks some of those requests and compares every cell with what was written; gives how many differ, and were compared. */
export async function checkAnswers(
  { host, port, base }: FeastServer,
  shape: LookupShape,
  requests: number,
): Promise<{ readonly cells: number; readonly differences: number }> {
  let [cells, differences] = [0, 0];
  for (let i = 0; i < requests; i++) {
    const response = await fetch(`http://${host}:${port}${base}/get-online-features`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: bodyOf(shape, i),
    });
    const { metadata, results } = (await response.json()) as FeastAnswer;
    const columns = new Map(metadata.feature_names.map((name, at) => [name, results[at]!]));
    for (let feature = 0; feature < shape.features; feature++) {
      const column = columns.get(`feature_${feature}`);
      for (const [row, entity] of entitiesOf(shape, i).entries()) {
        cells++;
        const isRight =
          column?.values[row] === featureValue(entity, feature) && column.statuses[row] === 'PRESENT';
        if (!isRight) differences++;
      }
    }
  }
  return { cells, differences };
}

function bodyOf(shape: LookupShape, i: number): string {
  const entities = { entity: entitiesOf(shape, i) };
  return JSON.stringify({ feature_service: `service_${shape.features}`, entities });
}

/** Spread over all entities by a step that has no divisor in common with their number. */
function entitiesOf({ entities }: LookupShape, i: number): readonly number[] {
  return Array.from({ length: entities }, (_, row) => ((i * entities + row) * 7_919) % ENTITIES);
}

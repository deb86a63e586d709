import { Table } from 'apache-arrow';
import type { PlumblineClient } from '../sdk/typescript/src/client.js';
import { scoredOf } from './frame.js';
import { joined, type Scored } from './score.js';

/** A trained model that is put to the test, and the features it is given. */
export type Candidate = { readonly model: string; readonly version: number; readonly featureService: string };

/** Retrieves a candidate's features for a frame file that holds outcomes, and scores its predictions batch by batch. */
export async function scoreFrame(
  client: PlumblineClient,
  candidate: Candidate,
  framePath: string,
): Promise<Scored> {
  const { table } = await client.retrieve(
    { kind: 'parquet', path: framePath },
    { featureService: candidate.featureService, time: 'as_of' },
  );
  const parts: Scored[] = [];
  for (const batch of table.batches) {
    const part = new Table([batch]);
    parts.push(scoredOf(part, await client.vectors(candidate.model, candidate.version, part)));
  }
  return joined(parts);
}

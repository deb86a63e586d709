import type { ProjectApi } from '../rows/project-api.js';
import { replay, replayDifferences } from '../rows/served-replay.js';
import { LAW_ALIASES, LAW_KEYS, LAW_SERVICE } from './law-documents.js';
import type { LawRecord } from './law-record.js';

const SERVED = { name: LAW_SERVICE, keyColumns: LAW_KEYS, aliases: LAW_ALIASES };

/** Answers of one retrieval: what it answers is read as one JSON document. */
const ANSWERS_AT_ONCE = 2_000;

/** Retrieves every recorded answer by its record, and gives what differs. */
export async function lawDifferences(api: ProjectApi, record: LawRecord): Promise<readonly string[]> {
  const differences: string[] = [];
  for (const [version, answers] of Map.groupBy(record.answers, (answer) => answer.version)) {
    for (let start = 0; start < answers.length; start += ANSWERS_AT_ONCE) {
      const some = answers.slice(start, start + ANSWERS_AT_ONCE);
      const { lines } = await replay(api, SERVED, some, { version, by: 'record' });
      differences.push(...replayDifferences(record.features.get(version)!, some, lines));
    }
  }
  return differences;
}

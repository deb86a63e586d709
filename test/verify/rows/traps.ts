import type { Check } from '../check.js';
import { type Door, SourceDoors, type Workshop } from './doors.js';
import { ProjectApi } from './project-api.js';
import { queryDifferences, stateDifferences, TRAP_CLOCK, trapDocuments } from './trap-answers.js';
import { readTraps, statesAfter, TRAP_COLUMNS, type Traps } from './trap-data.js';
import { startIn, withWorkshop } from './work-folder.js';

const WAYS: readonly Door[] = ['json', 'ndjson', 'arrow', 'rows.parquet', 'rows.csv', 'rows.ndjson'];

/** Awkward rows in their order of arrival, through one door after the other, and what is stored and answered of them. */
export const traps: Check = {
  name: 'traps',
  bar: '0 differences in every latest query and online state, event and known, through push, batch and rebuild',
  defect: {
    file: 'src/online/adapter/lmdb-rows.js',
    find: 'isNewer(bytes, stored)',
    replace: 'true',
  },
  run: () =>
    withWorkshop(async (workshop) => {
      const data = await readTraps();
      const service = await startIn(workshop, { clock: TRAP_CLOCK });
      try {
        const differences: string[] = [];
        for (const way of WAYS) {
          const api = new ProjectApi(service.baseUrl, `traps_${way.replace('rows.', 'file_')}`);
          for (const found of await differencesOf(api, data, way, workshop))
            differences.push(`${way}: ${found}`);
        }
        const asked = `${data.queries.length} queries and ${data.states.length} states`;
        return {
          ok: differences.length === 0,
          figure: `${differences.length} differences in ${asked} through ${WAYS.length} doors; states again after a rebuild${differences.length === 0 ? '' : ` | ${differences.slice(0, 3).join(' | ')}`}`,
        };
      } finally {
        await service.stop();
      }
    }),
};

async function differencesOf(
  api: ProjectApi,
  data: Traps,
  way: Door,
  workshop: Workshop,
): Promise<readonly string[]> {
  await api.apply(trapDocuments(data));
  const doors = new SourceDoors(api, 'traps', TRAP_COLUMNS, workshop);
  const differences: string[] = [];
  let sent = 0;
  for (const end of [...new Set(data.states.map(({ afterRows }) => afterRows))].sort((a, b) => a - b)) {
    const rows = data.rows.slice(sent, end).map(({ values }) => values);
    await doors.send(way, rows, `${api.project}-${end}`);
    differences.push(...(await stateDifferences(api, statesAfter(data, end))));
    sent = end;
  }
  for (const knowledge of ['event', 'known'] as const)
    differences.push(...(await queryDifferences(api, data, knowledge)));
  await api.runJob('sources/traps/rebuild');
  differences.push(...(await stateDifferences(api, statesAfter(data, sent))));
  return differences;
}

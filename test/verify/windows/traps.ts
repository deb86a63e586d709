import type { Check } from '../check.js';
import { withClockedService } from '../rows/clocked-service.js';
import { type Door, SourceDoors } from '../rows/doors.js';
import { ProjectApi } from '../rows/project-api.js';
import { TRAP_CLOCK } from '../rows/trap-answers.js';
import { readTraps, TRAP_COLUMNS } from '../rows/trap-data.js';
import { withWorkshop } from '../rows/work-folder.js';
import {
  lookedUpDifferences,
  readWindowQueries,
  retrievedDifferences,
  windowDocuments,
} from './trap-windows.js';

const WAYS: readonly Door[] = ['json', 'rows.parquet'];

/** Windows over the awkward rows, exact ones, against independently computed answers: retrieved and looked up. */
export const traps: Check = {
  name: 'traps',
  bar: '0 differences in every window query, event and known, and online where T is not before the newest row',
  defect: {
    file: 'src/online/window/row-series-reader.js',
    find: 'eventTimeOf(row) > tUs - sizeUs',
    replace: 'eventTimeOf(row) >= tUs - sizeUs',
  },
  run: () =>
    withWorkshop((workshop) =>
      withClockedService(TRAP_CLOCK, async ({ baseUrl, clock, folder }) => {
        const queries = await readWindowQueries();
        const rows = (await readTraps()).rows.map(({ values }) => values);
        const differences: string[] = [];
        const latestUs = clock.nowUs();
        let online = 0;
        for (const way of WAYS) {
          clock.set(latestUs);
          const api = new ProjectApi(baseUrl, `windows_${way.replace('.', '_')}`);
          await api.apply(windowDocuments(queries));
          await new SourceDoors(api, 'traps', TRAP_COLUMNS, { ...workshop, folder }).send(
            way,
            rows,
            api.project,
          );
          differences.push(...(await retrievedDifferences(api, queries)));
          const lookedUp = await lookedUpDifferences(api, clock, queries);
          online += lookedUp.asked;
          differences.push(...lookedUp.differences);
        }
        const figure = `${differences.length} differences in ${queries.length} queries through ${WAYS.length} doors, ${online} of them online too`;
        return { ok: differences.length === 0, figure: [figure, ...differences.slice(0, 4)].join(' | ') };
      }),
    ),
};

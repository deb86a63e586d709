import type { Check } from '../check.js';
import { ProjectApi } from '../rows/project-api.js';
import { startIn, withWorkshop } from '../rows/work-folder.js';
import { flightDifferences, flightDocuments, loadFlights, readFlightWindows } from './flight-windows.js';

/** When every flight of the year is long reported. */
const CLOCK = '2014-02-01T00:00:00Z';

/** Windows over real departures and arrivals against independently computed answers, under both rules of knowledge. */
export const flights: Check = {
  name: 'flights',
  bar: '0 differences in six views of 631 flights over 1h, 1d and 7d, event and known',
  defect: {
    file: 'src/compile/window/window-span.js',
    find: 'this.floored(t - this.sizeUs)',
    replace: 'this.floored(t - this.sizeUs - 1)',
  },
  run: () =>
    withWorkshop(async (workshop) => {
      const sample = await readFlightWindows();
      const service = await startIn(workshop, { clock: CLOCK });
      try {
        const api = new ProjectApi(service.baseUrl, 'flights');
        await api.apply(flightDocuments());
        const rows = await loadFlights(api, workshop);
        const differences = [
          ...(await flightDifferences(api, sample, 'event')),
          ...(await flightDifferences(api, sample, 'known')),
        ];
        const figure = `${differences.length} differences in ${sample.length} windows over ${rows} rows`;
        return { ok: differences.length === 0, figure: [figure, ...differences.slice(0, 4)].join(' | ') };
      } finally {
        await service.stop();
      }
    }),
};

import { readDefinitions } from '../../demo/definitions.js';
import { openDuckDb } from '../../demo/duckdb.js';
import { AFTERWARDS, FILE, prepareFiles } from '../../demo/prepare.js';
import { checkWeather } from '../../demo/weather-check.js';
import type { Check } from './check.js';
import { withService } from './with-service.js';

/** Weather as of every flight against the independently computed answers, through the public API. */
export const weather: Check = {
  name: 'weather',
  bar: '0 differences for 336,776 flights, maxAge none / 1 h / 3 h, by event and by created time',
  defect: {
    file: 'src/compile/sql/point-in-time-match.js',
    find: '} >= s."~from"',
    replace: '} > s."~from"',
  },
  run: async () => {
    const files = await openDuckDb();
    await prepareFiles(files);
    return withService(AFTERWARDS, async (client) => {
      await client.apply(await readDefinitions());
      await client.waitForJob(await client.load('observations', FILE.observations));
      const checks = [await checkWeather(client, files, 'event'), await checkWeather(client, files, 'known')];
      const differences = checks.reduce((sum, check) => sum + check.differences, 0);
      const flights = checks.map((check) => check.flights);
      return {
        ok: differences === 0 && flights.every((count) => count === 336_776),
        figure: `${differences} differences in ${flights.join(' and ')} flights x 3 ages`,
      };
    });
  },
};

import type { Check } from './check.js';
import { frameOf } from './replay-model.js';
import {
  bitsOfTable,
  flightsOf,
  inNewProcess,
  onStage,
  prepareModel,
  replayOnline,
  type Stage,
} from './replay-stage.js';

/** A summer week with thunderstorms; everything known before it is history. */
const WEEK = { from: '2013-07-08T04:00:00Z', to: '2013-07-15T04:00:00Z' } as const;
const FLIGHTS = 1_000;

/**
 * A week replayed in the order in which rows became known, the service clock stepped with them. For each sampled flight
 * the float32 model input is made three ways: online at its prediction time, from history for that time, and by the saved
 * model loaded in a new process from the retrieved features. All must be the same bits, and so must the predictions.
 */
export const replay: Check = {
  name: 'replay',
  bar: `for ${FLIGHTS} flights of a replayed week the same model input and prediction, bit for bit, three ways`,
  defect: {
    file: 'src/online/row-codec.js',
    find: 'cursor.bytes.readDoubleLE(advance(cursor, 8))',
    replace: 'Math.fround(cursor.bytes.readDoubleLE(advance(cursor, 8)))',
  },
  run: () => onStage(WEEK, replayWeek),
};

async function replayWeek(stage: Stage) {
  const { version } = await prepareModel(stage, WEEK);
  const flights = await flightsOf(stage.files, WEEK, `ORDER BY md5(flight_id::VARCHAR) LIMIT ${FLIGHTS}`);
  const online = await replayOnline(
    stage,
    WEEK,
    flights.map((flight) => [flight]),
  );
  const { table } = await stage.client.retrieve(
    { kind: 'arrow', table: frameOf(flights, online.asOfUs) },
    { featureService: 'replayed', time: 'as_of' },
  );
  const history = bitsOfTable(await stage.client.vectors('replayed', version, table));
  const reloaded = await inNewProcess(stage, version, table);
  const ways = online.bits.map((bits, i) => [bits, history[i]!, reloaded[i]!]);
  const differences = ways.filter(([a, b, c]) => a !== b || a !== c).length;
  const distinct = new Set(online.bits).size;
  const exact = online.asOfUs.filter((us, i) => us === flights[i]!.asOfUs).length;
  return {
    // Model inputs that hardly vary would agree by accident.
    ok: differences === 0 && ways.length === FLIGHTS && distinct > FLIGHTS / 2,
    figure: `${differences} differences in ${ways.length} flights (${distinct} distinct inputs of ${numbersOf(online.bits[0]!)} numbers; ${exact} answered for exactly their prediction time)`,
  };
}

/** How many numbers of the model input stand in the bits: 8 digits each, behind them the 16 of the probability. */
function numbersOf(bits: string): number {
  return (bits.length - 16) / 8;
}

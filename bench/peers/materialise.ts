import { type BenchResult, median } from '../conditions.js';
import { type Usage, usageOf } from '../process-usage.js';
import { feastMaterialiser, type Materialised } from './feast.js';
import { ENTITIES, VIEWS } from './online-data.js';
import { checkAnswers } from './online-requests.js';
import { AS_IT_SHIPS, loadFeatures, withPeers } from './setting.js';

const REPETITIONS = 3;

/** Rows that become online state: each row of the file is one of every view. */
const ROWS = ENTITIES * VIEWS;

/**
 * A file of 10,000 rows and 250 features, put online as 25 views of ten: by Feast's `materialize`, which writes to Redis alone, and by
 * a load of ours, which is done when the log, Redis and history have it. In turn, over one Redis; medians. A
 * `share` below 1 is one repetition, to try it.
 */
export async function materialise(share: number): Promise<BenchResult> {
  return withPeers(AS_IT_SHIPS, async (setting) => {
    const materialiser = feastMaterialiser(setting.feast);
    const runs: { readonly ours: Usage[]; readonly theirs: Materialised[] } = { ours: [], theirs: [] };
    try {
      for (let i = 0; i < (share < 1 ? 1 : REPETITIONS); i++) {
        // What is there already would be read and compared first.
        await setting.redis.nodes[0]!.call('FLUSHDB');
        runs.theirs.push(await materialiser.run());
        runs.ours.push(await usageOf(setting.service.pid, () => loadFeatures(setting)));
      }
    } finally {
      await materialiser.close();
    }
    const { cells, differences } = await checkAnswers(setting.ours, { features: 250, entities: 100 }, 10);
    const of = (name: keyof Usage & keyof Materialised) => ({
      ours: median(runs.ours.map((run) => run[name])),
      theirs: median(runs.theirs.map((run) => run[name])),
    });
    const [seconds, cpu, peak] = [of('seconds'), of('cpuSeconds'), of('peakRssMiB')];
    return {
      ok: differences === 0 && cells > 0,
      metrics: {
        ratioToFeast: rounded(seconds.theirs / seconds.ours),
        cpuRatioToFeast: rounded(cpu.theirs / cpu.ours),
        rowsPerSecond: Math.round(ROWS / seconds.ours),
        feastRowsPerSecond: Math.round(ROWS / seconds.theirs),
        cpuSeconds: rounded(cpu.ours),
        feastCpuSeconds: rounded(cpu.theirs),
        peakRssMiB: Math.round(peak.ours),
        feastPeakRssMiB: Math.round(peak.theirs),
        cells,
        differences,
      },
    };
  });
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

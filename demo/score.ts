/** Predictions beside what happened. */
export type Scored = {
  /** 1 for a late arrival, else 0. */
  readonly labels: Uint8Array;
  readonly predictions: Float64Array;
};

export type Point = { readonly x: number; readonly y: number };

/**
 * Area under the ROC curve: the chance that a late flight is given a higher prediction than a punctual one, ties half
 * (Mann and Whitney's U over the number of pairs).
 */
export function auc(scored: Scored): number {
  let rankSum = 0;
  let positives = 0;
  for (const { from, to, late } of tieGroups(scored)) {
    rankSum += late * ((from + to + 1) / 2);
    positives += late;
  }
  const negatives = scored.labels.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** The ROC curve at `points` + 1 even steps of the false positive rate. */
export function rocCurve(scored: Scored, points = 100): readonly Point[] {
  const positives = scored.labels.reduce((sum, label) => sum + label, 0);
  const negatives = scored.labels.length - positives;
  const curve: Point[] = [{ x: 0, y: 0 }];
  let hits = 0;
  let alarms = 0;
  for (const { from, to, late } of tieGroups(scored).reverse()) {
    hits += late;
    alarms += to - from - late;
    const x = alarms / negatives;
    if (x >= curve[curve.length - 1]!.x + 1 / points || x === 1) curve.push({ x, y: hits / positives });
  }
  return curve;
}

export type CalibrationBin = {
  readonly predicted: number;
  readonly observed: number;
  readonly flights: number;
};

/** Mean prediction and observed rate in `bins` groups of as many flights each, from the surest punctual to the surest late. */
export function calibration(scored: Scored, bins = 20): readonly CalibrationBin[] {
  const order = byPrediction(scored);
  return Array.from({ length: bins }, (_, bin) => {
    const part = order.slice(
      Math.floor((bin * order.length) / bins),
      Math.floor(((bin + 1) * order.length) / bins),
    );
    const mean = (values: Uint8Array | Float64Array): number =>
      part.reduce((sum, row) => sum + values[row]!, 0) / part.length;
    return { predicted: mean(scored.predictions), observed: mean(scored.labels), flights: part.length };
  });
}

/** Several scored parts as one. */
export function joined(parts: readonly Scored[]): Scored {
  const rows = parts.reduce((sum, part) => sum + part.labels.length, 0);
  const labels = new Uint8Array(rows);
  const predictions = new Float64Array(rows);
  let offset = 0;
  for (const part of parts) {
    labels.set(part.labels, offset);
    predictions.set(part.predictions, offset);
    offset += part.labels.length;
  }
  return { labels, predictions };
}

type TieGroup = { readonly from: number; readonly to: number; readonly late: number };

/** Runs of equal predictions in rising order: places [from, to) and how many of them are late. */
function tieGroups(scored: Scored): TieGroup[] {
  const order = byPrediction(scored);
  const groups: TieGroup[] = [];
  let from = 0;
  while (from < order.length) {
    let to = from;
    let late = 0;
    while (to < order.length && scored.predictions[order[to]!] === scored.predictions[order[from]!]) {
      late += scored.labels[order[to]!]!;
      to += 1;
    }
    groups.push({ from, to, late });
    from = to;
  }
  return groups;
}

function byPrediction(scored: Scored): Uint32Array {
  const order = Uint32Array.from(scored.predictions, (_, row) => row);
  return order.sort((a, b) => scored.predictions[a]! - scored.predictions[b]!);
}

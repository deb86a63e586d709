/** The candidate that `name` was probably meant to be, for "did you mean"; null when none is close. */
export function closestName(name: string, candidates: Iterable<string>): string | null {
  const wanted = name.slice(0, MAX_COMPARED).toLowerCase();
  let best: string | null = null;
  let bestEdits = maxEdits(wanted) + 1;
  for (const candidate of candidates) {
    // The distance is at least the difference in length; hostile names are long.
    if (Math.abs(candidate.length - wanted.length) >= bestEdits) continue;
    const edits = editDistance(wanted, candidate.toLowerCase());
    if (edits < bestEdits) {
      best = candidate;
      bestEdits = edits;
    }
  }
  return best;
}

/** Names are at most 63 characters, outputs of services twice that; longer ones are compared by their beginning. */
const MAX_COMPARED = 128;

/** Edits that still look like a slip of the pen: none in one letter, one in short names, two from five letters, a third of long ones. */
function maxEdits(name: string): number {
  if (name.length < 2) return 0;
  return Math.max(name.length < 5 ? 1 : 2, Math.floor(name.length / 3));
}

/** Levenshtein's distance, with two neighbours swapped counted as one edit (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + Number(a[i - 1] !== b[j - 1]);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? beforeLast[j - 2]! + 1
          : Number.POSITIVE_INFINITY;
      row.push(Math.min(last[j]! + 1, row[j - 1]! + 1, replaced, swapped));
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

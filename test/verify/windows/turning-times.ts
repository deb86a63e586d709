import type { OracleFeature } from '../../support/windows-oracle.js';

/**
 * Instants at which rows of these event times enter or leave some window (S20), each with the microseconds before and after it,
 * ascending. Microseconds.
 */
export function turningTimes(
  eventTimes: readonly bigint[],
  windows: readonly Pick<OracleFeature, 'sizeUs' | 'hopUs' | 'offsetUs'>[],
): readonly bigint[] {
  const edges = new Set<bigint>();
  const different = new Map(windows.map((each) => [`${each.sizeUs} ${each.hopUs} ${each.offsetUs}`, each]));
  for (const eventUs of eventTimes) {
    edges.add(eventUs);
    for (const { sizeUs, hopUs, offsetUs } of different.values()) {
      const tileEndUs = multipleFrom(eventUs, hopUs);
      if (offsetUs > 0n) edges.add(tileEndUs + offsetUs);
      if (sizeUs === null) continue;
      edges.add(tileEndUs + offsetUs + (offsetUs > 0n ? multipleFrom(sizeUs, hopUs) : sizeUs));
    }
  }
  const beside = [...edges].flatMap((us) => [us - 1n, us, us + 1n]);
  return [...new Set(beside)].sort((a, b) => Number(a - b));
}

/** The least multiple of a step that is not earlier. */
function multipleFrom(us: bigint, stepUs: bigint): bigint {
  const rest = us % stepUs;
  if (rest === 0n) return us;
  return rest < 0n ? us - rest : us - rest + stepUs;
}

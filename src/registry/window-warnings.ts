import type { WindowedFeature, WindowedFeatureSet } from '../compile/windowed-feature-set.js';
import type { SourceDocument } from '../definition/document.js';
import { parseDuration } from '../definition/duration.js';
import type { ProjectDefinitions } from './project-definitions.js';

/** A set whose windows reach back further than its source keeps history. */
export function historyTooShort(set: WindowedFeatureSet, source: SourceDocument): readonly string[] {
  const { historyRetention } = source;
  if (historyRetention === undefined) return [];
  const keptUs = parseDuration(historyRetention, '/historyRetention');
  const cut = set.features.find(({ window }) => reachUs(window) === null || reachUs(window)! > keptUs);
  if (cut === undefined) return [];
  return [
    `window of "${set.name}.${cut.name}" reaches back further than source "${source.name}" keeps history (${historyRetention}): no time has it whole, so retrievals are refused`,
  ];
}

/** The same of every windowed set of a source, when that changes. */
export function setsCutBy(source: SourceDocument, definitions: ProjectDefinitions): readonly string[] {
  return definitions
    .names('FeatureSet')
    .flatMap((name) => definitions.versions('FeatureSet', name))
    .flatMap(({ compiled }) =>
      compiled.kind === 'windowed' && compiled.source.name === source.name
        ? historyTooShort(compiled, source)
        : [],
    );
}

/** How far before T a row may lie that counts; null is for ever. */
function reachUs({ sizeUs, offsetUs, hopUs }: WindowedFeature['window']): bigint | null {
  return sizeUs === null ? null : sizeUs + offsetUs + hopUs;
}

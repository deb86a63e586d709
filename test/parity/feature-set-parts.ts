import type { FeatureSetParts } from '../../src/compile/feature-set.js';
import { COLUMNS } from './columns.js';
import { hostileName } from './hostile-names.js';

/** A feature set of these expressions over a source of the columns that rows have. */
export function featureSetParts(texts: readonly string[]): FeatureSetParts {
  return {
    document: {
      kind: 'FeatureSet',
      name: 'parity',
      entity: 'thing',
      source: 'rows',
      keys: { id: hostileName('int64_1') },
      features: texts.map((expression, index) => ({ name: `f${index}`, expression })),
    },
    source: {
      kind: 'Source',
      name: 'rows',
      columns: [...COLUMNS].map(([name, type]) => ({ name: hostileName(name), type })),
      eventTime: hostileName('timestamp_1'),
    },
    entity: { kind: 'Entity', name: 'thing', keys: [{ name: 'id', type: 'INT64' }] },
    version: 1,
    id: 1,
  };
}

import type { Document } from '../../src/definition/document.js';

/** A source `readings` of things, and the set `set` of their newest rows: the least that rows go through. */
export const THING_DOCUMENTS = [
  { kind: 'Entity', name: 'thing', keys: [{ name: 'k', type: 'INT64' }] },
  {
    kind: 'Source',
    name: 'readings',
    eventTime: 'at',
    columns: [
      { name: 'k', type: 'INT64' },
      { name: 'at', type: 'TIMESTAMP' },
    ],
  },
  { kind: 'FeatureSet', name: 'set', entity: 'thing', source: 'readings', features: [{ name: 'k' }] },
] as const satisfies readonly Document[];

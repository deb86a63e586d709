/** Payments of cards: the latest amount, and all that was spent. */
export const CARD_DEFINITIONS = `
kind: Entity
name: card
keys: [{ name: card, type: STRING }]
---
kind: Source
name: payments
columns: [{ name: card, type: STRING }, { name: at, type: TIMESTAMP }, { name: amount, type: INT64 }]
eventTime: at
---
kind: FeatureSet
name: last
entity: card
source: payments
features: [{ name: amount }]
---
kind: FeatureSet
name: spending
entity: card
source: payments
features: [{ name: spent, aggregate: SUM(amount), window: lifetime }]
---
kind: FeatureService
name: both
entries: [{ featureSet: last }, { featureSet: spending }]
`;

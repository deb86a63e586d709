import type { Random } from './random.js';
import type { Column, SentRow } from './row-text.js';

export const SERVICE = 'served';

/** Key columns of the service: `k2` asks the same feature set about another entity. */
export const KEY_COLUMNS: readonly Column[] = [
  { name: 'k', type: 'INT64' },
  { name: 'j', type: 'STRING' },
  { name: 'k2', type: 'INT64' },
];

/** Aliases of the service, in both of its versions; the first two are of the set that gets a second version. */
export const ALIASES = ['ageing', 'twin', 'pair', 'brief'] as const;

const MINUTE_US = 60_000_000n;

/** Rows whose times may be taken once more, so that rows tie. */
const RECENT_ROWS = 20;

/** What a seed makes of the sources: with and without created times and order columns, tombstones always. */
export type Shape = { readonly declaresCreated: boolean; readonly hasOrder: boolean };

export function columnsOf({ declaresCreated, hasOrder }: Shape): readonly Column[] {
  return [
    { name: 'k', type: 'INT64' },
    { name: 'j', type: 'STRING' },
    { name: 'at', type: 'TIMESTAMP' },
    { name: 'gone', type: 'BOOL' },
    { name: 'x', type: 'FLOAT64' },
    { name: 'n', type: 'INT64' },
    { name: 's', type: 'STRING' },
    ...(declaresCreated ? [{ name: 'created', type: 'TIMESTAMP' } as const] : []),
    ...(hasOrder ? [{ name: 'ord', type: 'INT64' } as const] : []),
  ];
}

export const READINGS = ['readings', 'briefs'] as const;

export function firstDocuments(shape: Shape): readonly unknown[] {
  const source = {
    kind: 'Source',
    columns: columnsOf(shape),
    eventTime: 'at',
    tombstone: 'gone',
    ...(shape.declaresCreated && { createdTime: 'created' }),
    ...(shape.hasOrder && { orderColumn: 'ord' }),
  };
  return [
    { kind: 'Entity', name: 'thing', keys: [{ name: 'k', type: 'INT64' }] },
    {
      kind: 'Entity',
      name: 'pair',
      keys: [
        { name: 'k', type: 'INT64' },
        { name: 'j', type: 'STRING' },
      ],
    },
    ...READINGS.map((name) => ({ ...source, name })),
    ageing('3m', 'x * 2.0'),
    {
      ...{ kind: 'FeatureSet', name: 'pair', entity: 'pair', source: 'readings', retention: '5m' },
      features: [{ name: 'x' }, { name: 's', default: 'none' }],
    },
    {
      ...{ kind: 'FeatureSet', name: 'brief', entity: 'thing', source: 'briefs' },
      ...{ maxAge: '1m', retention: '4m' },
      features: [
        { name: 'n', default: 7 },
        { name: 'next', expression: 'n + 1' },
      ],
    },
    service(),
  ];
}

/** A second version of a feature set, and of the service that takes it. */
export function laterDocuments(): readonly unknown[] {
  return [ageing('2m', 'x / n'), service('what is known since')];
}

function ageing(maxAge: string, expression: string) {
  return {
    ...{ kind: 'FeatureSet', name: 'ageing', entity: 'thing', source: 'readings', maxAge },
    features: [{ name: 'x', default: -0 }, { name: 'n' }, { name: 's' }, { name: 'made', expression }],
  };
}

function service(description?: string) {
  const entries = [
    { featureSet: 'ageing' },
    { featureSet: 'ageing', alias: 'twin', features: ['made', 's'], keys: { k: 'k2' } },
    { featureSet: 'pair' },
    { featureSet: 'brief' },
  ];
  return {
    kind: 'FeatureService',
    name: SERVICE,
    entries,
    ...(description !== undefined && { description }),
  };
}

/** Random rows around the present: late ones, ties, deletions, NULLs, some ahead of the clock as far as they may be. */
export class Readings {
  private readonly recent: SentRow[] = [];

  constructor(
    private readonly random: Random,
    private readonly shape: Shape,
  ) {}

  rows(nowUs: bigint): readonly SentRow[] {
    return Array.from({ length: this.random.whole(1, 4) }, () => this.row(nowUs));
  }

  /** Entities to look up: known ones, unknown ones, and NULL keys. */
  entities(): readonly SentRow[] {
    return Array.from({ length: this.random.whole(1, 6) }, () => ({
      k: this.key(),
      j: this.random.pick(['a', 'b', '', null]),
      k2: this.key(),
    }));
  }

  private row(nowUs: bigint): SentRow {
    const { random } = this;
    const values = {
      k: BigInt(random.whole(0, 5)),
      j: random.pick(['a', 'b', '', null]),
      gone: random.pick([true, false, false, false, null, null]),
      x: random.pick([null, -0, Number.NaN, random.next(), random.next() * 1e300]),
      n: random.pick([null, 0n, BigInt(random.whole(-5, 5)), 2n ** 63n - 1n]),
      s: random.pick([null, '', 'é', 'text']),
    };
    if (this.recent.length > 0 && random.chance(0.3)) return { ...random.pick(this.recent), ...values };
    const at = nowUs + this.age();
    const row = {
      ...values,
      at,
      ...(this.shape.declaresCreated && { created: at + random.pick([0n, 0n, 1n, -MINUTE_US, MINUTE_US]) }),
      ...(this.shape.hasOrder && { ord: random.pick([null, 0n, 1n, 2n]) }),
    };
    if (this.recent.push(row) > RECENT_ROWS) this.recent.shift();
    return row;
  }

  /** Whole minutes, so that ages often equal their limits; anything; up to a second ahead. */
  private age(): bigint {
    const { random } = this;
    return random.pick([
      0n,
      -MINUTE_US * BigInt(random.whole(0, 6)),
      -random.wholeUs(0n, 6n * MINUTE_US),
      -random.wholeUs(0n, MINUTE_US),
      random.wholeUs(0n, 1_000_000n),
    ]);
  }

  private key(): bigint | null {
    return this.random.chance(0.05) ? null : BigInt(this.random.whole(0, 7));
  }
}

import type { OperationId } from '../../src/compile/operation/table.js';
import type { Expression } from '../../src/definition/expression.js';
import { isValueOf, type Value } from '../../src/definition/value.js';
import { elementTypeOf, type ScalarType, type ValueType } from '../../src/definition/value-type.js';
import { AS_OF_US, COLUMNS } from './columns.js';
import { DOMAINS } from './domain.js';
import type { Made, Making } from './made.js';
import { evaluateNode } from './oracle.js';
import { HOSTILE } from './values.js';

/** Constants that an operation's domain wants at a place: one, or two that take turns; null for whatever is there. */
export function hintedArgument(
  id: OperationId,
  place: number,
  { pools, random }: Making,
): { readonly values: readonly Value[] } | null {
  const domain = DOMAINS[id];
  const arbitrary = domain?.arguments?.[place];
  if (arbitrary === undefined) return null;
  const pick = (): Value => pools.pick(`${id} ${place}`, arbitrary, random);
  if (domain?.constants?.includes(place)) return { values: [pick()] };
  if (!random.chance(HINTED_SHARE)) return null;
  return { values: random.chance(VARIED_SHARE) ? [pick(), pick()] : [pick()] };
}

/** Expressions without operations. */
export class Leaves {
  private readonly input: Making;

  constructor(input: Making) {
    this.input = input;
  }

  /** A column rather than a literal, so that rows differ. */
  leaf(type: ValueType): Made {
    const { random } = this.input;
    const names = [...COLUMNS].filter(([, of]) => of === type).map(([name]) => name);
    if (type === 'TIMESTAMP' && random.chance(AS_OF_SHARE)) return this.made({ kind: 'asOf', type });
    if (names.length > 0 && random.chance(COLUMN_SHARE)) return this.column(random.pick(names), type);
    return this.literal(type, random.chance(NULL_SHARE) ? null : this.valueOf(type));
  }

  column(name: string, type: ValueType): Made {
    return this.made({ kind: 'column', name, type });
  }

  literal(type: ValueType, value: Value): Made {
    return this.made({ kind: 'literal', type, value });
  }

  /** What stands there already, or a literal equal to one of its values, next to it or a piece of it. */
  relatedTo(other: Made): Made | null {
    const { random } = this.input;
    if (random.chance(SAME_SHARE)) return other;
    const value = random.pick(other.values);
    if (value === null) return null;
    const { type } = other.expression;
    const near = random.chance(0.5) ? value : this.nearTo(type, value);
    return isValueOf(type, near) ? this.literal(type, near) : null;
  }

  private nearTo(type: ValueType, value: Value): Value {
    const { random } = this.input;
    if (type === 'DATE') return Number(value) + 1;
    if (typeof value === 'bigint') return value + (random.chance(0.5) ? 1n : -1n);
    if (typeof value === 'number') return random.chance(0.5) ? -value : value + 1;
    if (typeof value === 'string') return this.pieceOf([...value]).join('');
    if (value instanceof Uint8Array) return Uint8Array.from(this.pieceOf([...value]));
    return Array.isArray(value) ? value.toReversed() : value;
  }

  private pieceOf<T>(items: readonly T[]): readonly T[] {
    const from = this.input.random.whole(0, items.length);
    return items.slice(from, this.input.random.whole(from, items.length));
  }

  private valueOf(type: ValueType): Value {
    const { pools, random } = this.input;
    const element = elementTypeOf(type);
    if (element === null) return pools.pick(type, HOSTILE[type as ScalarType], random);
    const length = random.whole(0, MAX_ARRAY_LENGTH);
    return Array.from({ length }, () => pools.pick(element, HOSTILE[element], random));
  }

  private made(expression: Expression): Made {
    const values = this.input.rows.map((row) => evaluateNode(expression, [], { row, asOfUs: AS_OF_US }));
    return { expression, parts: [], values, depth: 0 };
  }
}

const COLUMN_SHARE = 0.7;
const AS_OF_SHARE = 0.06;
const NULL_SHARE = 0.03;
/** How often a place with a domain gets a value of it, as long as it need not be a constant. */
const HINTED_SHARE = 2 / 3;
/** How often there are two of them, by the row: constants are compiled once, others are not. */
const VARIED_SHARE = 0.25;
const SAME_SHARE = 0.3;
const MAX_ARRAY_LENGTH = 4;

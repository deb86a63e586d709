import { OPERATIONS, type OperationId } from '../../src/compile/operation/table.js';
import type { CallExpression } from '../../src/definition/expression.js';
import type { Value } from '../../src/definition/value.js';
import type { ValueType } from '../../src/definition/value-type.js';
import type { Random } from '../verify/rows/random.js';
import { AS_OF_US } from './columns.js';
import { DOMAINS } from './domain.js';
import { hintedArgument, Leaves } from './leaves.js';
import type { Made, Making } from './made.js';
import { evaluateNode } from './oracle.js';
import { anyShape, OPERATION_IDS, type Shape, shapeGiving, shapeTaking } from './shape.js';

/**
 * Makes typed expressions from their leaves up and looks at what the oracle says of each part: a part that is NULL in most
 * rows would hide everything above it, so it is made again a few times. Some are kept, so that NULL is met everywhere.
 */
export class Generator {
  private readonly leaves: Leaves;
  private readonly random: Random;

  constructor(private readonly input: Making) {
    this.leaves = new Leaves(input);
    this.random = input.random;
  }

  /** An expression with the operation at some level of it, below others and above others. */
  expressionWith(id: OperationId): Made {
    const depth = this.random.pick(DEPTHS);
    let made = this.callOf(id, this.random.whole(0, depth - 1));
    for (let tries = 0; made.depth < depth && tries < MAX_WRAPS; tries++) made = this.wrapped(made) ?? made;
    return made;
  }

  private callOf(id: OperationId, depth: number): Made {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const made = this.call(anyShape(id, this.random), depth);
      if (made !== null && (this.isSeen(made) || tries === MAX_TRIES - 1)) return made;
    }
    throw new Error(`no arguments were found that ${id} does not refuse; give it a domain`);
  }

  /** A call over arguments of which one is `depth` deep, where one can be; null when it is refused or too large. */
  private call(shape: Shape, depth: number): Made | null {
    const spine = this.spineOf(shape);
    const parts: Made[] = [];
    for (const place of shape.arguments.keys()) {
      parts.push(
        this.argument(shape, place, { depth: place === spine ? depth : this.sideDepth(depth), parts }),
      );
    }
    let best = this.assembled(shape, parts);
    for (let tries = 0; tries < MAX_RETRIES && parts.length > 0 && !this.isGood(best); tries++) {
      best = this.withOther(shape, parts, { best, spine: tries < MAX_RETRIES - 1 ? spine : null });
    }
    return best;
  }

  /** With another argument at some place, a leaf but at `spine`; `best`, and the parts as they were, where it is no better. */
  private withOther(
    shape: Shape,
    parts: Made[],
    { best, spine }: { best: Made | null; spine: number | null },
  ): Made | null {
    const place = this.random.whole(0, parts.length - 1);
    const old = parts[place]!;
    parts[place] = this.argument(shape, place, { depth: place === spine ? old.depth : 0, parts });
    const after = this.assembled(shape, parts);
    if (after !== null && (best === null || nullsIn(after) <= nullsIn(best))) return after;
    parts[place] = old;
    return best;
  }

  /** The made expression as an argument of some operation. */
  private wrapped(inner: Made): Made | null {
    let best: Made | null = null;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const outer = this.wrappedOnce(inner);
      if (outer !== null && (best === null || nullsIn(outer) < nullsIn(best))) best = outer;
      if (best !== null && (this.isSeen(best) || nullsIn(best) <= nullsIn(inner))) break;
    }
    return best;
  }

  private wrappedOnce(inner: Made): Made | null {
    const { type } = inner.expression;
    const shape = shapeTaking(this.random.pick(OPERATION_IDS), type, this.random);
    if (shape === null) return null;
    const constants = DOMAINS[shape.id]?.constants ?? [];
    const places = [...shape.arguments.keys()].filter(
      (place) => shape.arguments[place] === type && !constants.includes(place),
    );
    if (places.length === 0) return null;
    const at = this.random.pick(places);
    const parts: Made[] = [];
    for (const place of shape.arguments.keys()) {
      parts.push(place === at ? inner : this.argument(shape, place, { depth: this.sideDepth(1), parts }));
    }
    return this.assembled(shape, parts);
  }

  private argument(
    shape: Shape,
    place: number,
    { depth, parts }: { depth: number; parts: readonly Made[] },
  ): Made {
    const type = shape.arguments[place]!;
    const hinted = depth === 0 || DOMAINS[shape.id]?.constants?.includes(place);
    const hint = hinted ? hintedArgument(shape.id, place, this.input) : null;
    if (hint !== null) {
      const literals = hint.values.map((value) => this.leaves.literal(type, value));
      return literals.length === 1 ? literals[0]! : this.choice(literals as [Made, Made]);
    }
    if (depth > 0) return this.expression(type, depth);
    const earlier = parts.find(({ expression }) => expression.type === type);
    const related = earlier !== undefined && place > 0 && this.random.chance(RELATED_SHARE);
    return (related ? this.leaves.relatedTo(earlier) : null) ?? this.leaves.leaf(type);
  }

  /** One of two values by the row. */
  private choice([first, second]: readonly [Made, Made]): Made {
    const condition = this.leaves.column(this.random.chance(0.5) ? 'bool_1' : 'bool_2', 'BOOL');
    const { type } = first.expression;
    const shape: Shape = { id: 'case', arguments: ['BOOL', type, type], result: type };
    return this.assembled(shape, [condition, first, second])!;
  }

  /** An expression of a type, `depth` calls deep where operations that give the type can be. */
  private expression(type: ValueType, depth: number): Made {
    if (depth <= 0) return this.leaves.leaf(type);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const shape = shapeGiving(this.random.pick(givers(type)), type, this.random);
      if (shape === null || (depth > 1 && this.spineOf(shape) === null)) continue;
      const made = this.call(shape, depth - 1);
      if (made !== null && this.isSeen(made)) return made;
    }
    return this.leaves.leaf(type);
  }

  /** The argument that nests deepest: one that takes any expression, rather one without a domain of its own. */
  private spineOf(shape: Shape): number | null {
    const { arguments: hinted = {}, constants = [] } = DOMAINS[shape.id] ?? {};
    const places = [...shape.arguments.keys()].filter((place) => !constants.includes(place));
    const plain = places.filter((place) => hinted[place] === undefined);
    if (places.length === 0) return null;
    return this.random.pick(plain.length > 0 && this.random.chance(0.8) ? plain : places);
  }

  private sideDepth(depth: number): number {
    return depth > 0 && this.random.chance(SIDE_SHARE) ? this.random.whole(1, Math.min(depth, 2)) : 0;
  }

  private assembled({ id, result }: Shape, parts: readonly Made[]): Made | null {
    const operands = parts.map(({ expression }) => expression);
    const constants = operands.map((node) => (node.kind === 'literal' ? node.value : undefined));
    if ((OPERATIONS[id].refuse?.(constants) ?? null) !== null) return null;
    const node = { kind: 'call', operation: id, type: result, arguments: operands } as const;
    const parameters = DOMAINS[id]?.parameters;
    const expression: CallExpression =
      parameters === undefined
        ? node
        : { ...node, parameters: this.input.pools.pick(`${id} parameters`, parameters, this.random) };
    const values: Value[] = [];
    for (const [index, row] of this.input.rows.entries()) {
      const thunks = parts.map((part) => () => part.values[index]!);
      values.push(evaluateNode(expression, thunks, { row, asOfUs: AS_OF_US }));
      if (isLarge(values[index]!) && !this.random.chance(LARGE_SHARE)) return null;
    }
    return { expression, parts, values, depth: 1 + Math.max(0, ...parts.map((part) => part.depth)) };
  }

  private isGood(made: Made | null): made is Made {
    return made !== null && this.isSeen(made);
  }

  /** Whether what stands above it will see something of it; now and then whatever it is. */
  private isSeen(made: Made): boolean {
    return nullsIn(made) <= made.values.length * MAX_NULL_SHARE || this.random.chance(UNSEEN_SHARE);
  }
}

function nullsIn({ values }: Made): number {
  return values.filter((value) => value === null).length;
}

function isLarge(value: Value): boolean {
  const hasLength = typeof value === 'string' || value instanceof Uint8Array || Array.isArray(value);
  return hasLength && value.length > LARGE_LENGTH;
}

/** Operations that give a type. */
function givers(type: ValueType): readonly OperationId[] {
  const known = GIVERS.get(type);
  if (known !== undefined) return known;
  const found = OPERATION_IDS.filter((id) => ['T', 'ARRAY<T>', type].includes(OPERATIONS[id].result));
  GIVERS.set(type, found);
  return found;
}

const GIVERS = new Map<ValueType, readonly OperationId[]>();
/** Depths of expressions, each as often as it stands here. */
const DEPTHS = [1, 2, 2, 3, 3, 3, 4, 4, 4, 5, 6];
const MAX_TRIES = 8;
const MAX_RETRIES = 3;
const MAX_WRAPS = 12;
/** A part that is NULL in more of the rows is made again. */
const MAX_NULL_SHARE = 0.3;
/** But for this share, which stays. */
const UNSEEN_SHARE = 0.08;
/** Arguments beside the deepest one that are calls. */
const SIDE_SHARE = 0.25;
/** Arguments made of what stands beside them: equal, next to it, a piece of it. */
const RELATED_SHARE = 0.3;
/** Longer texts and arrays cost more than they show: but for a few they are not kept. */
const LARGE_LENGTH = 2_000;
const LARGE_SHARE = 0.02;

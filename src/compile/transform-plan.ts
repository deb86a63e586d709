import { canonicalJson } from '../definition/canonical.js';
import type { Expression, FittedExpression } from '../definition/expression.js';
import type { ValueType } from '../definition/value-type.js';
import { expressionJson } from './expression-json.js';
import type { Accumulator } from './fitted/accumulator.js';
import { KeyedAccumulator, UNSEEN } from './fitted/by-key.js';
import type { Unseen } from './fitted/state.js';
import { PREPROCESSING } from './fitted/table.js';
import type { TransformOutput } from './transform-output.js';

/** What is to be learnt, in which order: preprocessing functions lifted out of the expressions that hold them. */
export type TransformPlan = {
  /** Each behind those it reads. */
  readonly nodes: readonly PlannedNode[];
  readonly outputs: readonly PlannedOutput[];
  /** How often the rows have to be seen until everything is known. */
  readonly passes: number;
};

/** One function of the plan: a node, or an output that is encoded. */
export type PlannedFunction = {
  readonly name: string;
  /** The pass after which it can be computed; it learns in that pass, unless that is before the first, 0. */
  readonly pass: number;
  readonly isAnalytic: boolean;
  readonly argument: Expression;
  /** The key for each of which it learns; null of a function over all rows. */
  readonly by: Expression | null;
  readonly learning: Learning;
};

export type PlannedNode = PlannedFunction & {
  /** The function as the definition has it, with all its options. */
  readonly written: FittedExpression;
  readonly stage: number;
  readonly type: ValueType;
};

/** How a function learns. */
type Learning = {
  /** An empty accumulator. */
  readonly learn: () => Accumulator;
  /** Whether the mean of its results follows from what it learnt. */
  readonly hasMean: boolean;
  /** What it learns from in its pass. */
  readonly from: Expression;
  /**
   * The IMPUTER it reads, learning in the same pass: `from` is that one's own argument, and when its value is known it is
   * added as often as there were NULLs.
   */
  readonly imputer: string | null;
};

export type PlannedOutput = PlannedNumbers | PlannedEncoded;

export type PlannedNumbers = {
  readonly kind: 'number' | 'array';
  readonly name: string;
  readonly text: string;
  readonly expression: Expression;
  /** The pass that learns what replaces NULL; null where that follows from what `$n` learnt. */
  readonly meanPass: number | null;
};

type PlannedEncoded = PlannedFunction & { readonly kind: 'encoded'; readonly text: string };

/** Plans the fitting of a transform. */
export function planTransform(outputs: readonly TransformOutput[]): TransformPlan {
  const planner = new Planner();
  const planned = outputs.map((output) => planner.output(output));
  const passes = [
    ...planner.nodes.map(({ pass }) => pass),
    ...planned.map((output) => (output.kind === 'encoded' ? output.pass : (output.meanPass ?? 0))),
  ];
  return { nodes: planner.nodes, outputs: planned, passes: Math.max(0, ...passes) };
}

type Lifted = { readonly expression: Expression; readonly stage: number; readonly pass: number };

class Planner {
  readonly nodes: PlannedNode[] = [];
  /** Nodes by the function that they are: what is written twice is learnt once. */
  private readonly known = new Map<string, PlannedNode>();

  output(output: TransformOutput): PlannedOutput {
    const { name, text, expression } = output;
    if (expression.kind === 'fitted' && PREPROCESSING[expression.function].encode !== undefined) {
      return { kind: 'encoded', name, text, ...this.lifted(expression) };
    }
    const lifted = this.lift(expression);
    const kind = expression.type === 'ARRAY<FLOAT64>' ? 'array' : 'number';
    return { kind, name, text, expression: lifted.expression, meanPass: this.meanPass(lifted) };
  }

  /** The mean of a function that is affine follows from what it learnt. */
  private meanPass({ expression, pass }: Lifted): number | null {
    const node = this.nodeOf(expression);
    return node?.learning.hasMean === true ? null : pass + 1;
  }

  /** Replaces each function by the column `$n` it will be, innermost first. */
  private lift(expression: Expression): Lifted {
    if (expression.kind === 'call') {
      const parts = expression.arguments.map((argument) => this.lift(argument));
      return {
        expression: { ...expression, arguments: parts.map((part) => part.expression) },
        stage: Math.max(0, ...parts.map(({ stage }) => stage)),
        pass: Math.max(0, ...parts.map(({ pass }) => pass)),
      };
    }
    if (expression.kind !== 'fitted') return { expression, stage: 0, pass: 0 };
    const { name, type, stage, pass } = this.node(expression);
    return { expression: { kind: 'column', name, type }, stage, pass };
  }

  private node(expression: FittedExpression): PlannedNode {
    const key = canonicalJson(expressionJson(expression));
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const lifted = this.lifted(expression);
    const node = { name: `$${this.nodes.length}`, written: expression, type: expression.type, ...lifted };
    this.nodes.push(node);
    this.known.set(key, node);
    return node;
  }

  private lifted(expression: FittedExpression) {
    const { analytic: isAnalytic } = PREPROCESSING[expression.function];
    const [argument, by] = expression.arguments.map((each) => this.lift(each)) as [Lifted, Lifted?];
    const learnt = (): Accumulator => accumulatorOf(expression);
    const { addValue, outputMean } = learnt();
    const imputer = addValue === undefined ? null : this.imputerOf(argument.expression);
    const before = Math.max(imputer === null ? argument.pass : imputer.pass - 1, by?.pass ?? 0);
    return {
      stage: Math.max(argument.stage, by?.stage ?? 0) + (isAnalytic ? 1 : 0),
      pass: isAnalytic ? before + 1 : argument.pass,
      isAnalytic,
      argument: argument.expression,
      by: by?.expression ?? null,
      learning: {
        learn: learnt,
        hasMean: outputMean !== undefined,
        from: imputer?.learning.from ?? argument.expression,
        imputer: imputer?.name ?? null,
      },
    };
  }

  /** The IMPUTER that an expression is, unless it reads another one. */
  private imputerOf(expression: Expression): PlannedNode | null {
    const node = this.nodeOf(expression);
    return node?.written.function === 'IMPUTER' && node.learning.imputer === null ? node : null;
  }

  private nodeOf(expression: Expression): PlannedNode | null {
    if (expression.kind !== 'column') return null;
    return this.nodes.find(({ name }) => name === expression.name) ?? null;
  }
}

/** An empty accumulator of a function. */
function accumulatorOf({
  function: name,
  arguments: [input, key],
  parameters,
}: FittedExpression): Accumulator {
  const learn = (): Accumulator => PREPROCESSING[name].learn(parameters, input.type);
  if (key === undefined) return learn();
  return new KeyedAccumulator(learn, (parameters[UNSEEN.parameter] ?? 'null') as Unseen);
}

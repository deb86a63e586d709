import type { Expression } from '../../../../src/definition/expression.js';
import { caseBatches } from '../../../parity/cases.js';
import { expressionText } from '../../../parity/expression-text.js';
import { Random } from '../../rows/random.js';
import { mutated } from './mutations.js';
import { shaped, soup } from './shapes.js';

/** Expressions that mean something, with the same for its seed. */
export function validExpressions(seed: number, count: number): readonly Expression[] {
  const batches = [...caseBatches({ seed, from: 0, count })];
  return batches.flatMap(({ cases }) => cases.map(({ made }) => made.expression));
}

/** Texts by number, each the same for its seed: some left as they are, most changed, some that were never any. */
export class HostileTexts {
  private readonly valid: readonly string[];

  constructor(
    private readonly seed: number,
    expressions: readonly Expression[],
    nameOf: (column: string) => string,
  ) {
    this.valid = expressions.map((expression) => expressionText(expression, nameOf));
  }

  at(number: number): string {
    const random = new Random(this.seed + number * STRIDE);
    const kind = random.next();
    if (kind < SHAPED) return shaped(random);
    if (kind < SHAPED + SOUP) return soup(random);
    const text = random.pick(this.valid);
    return kind < SHAPED + SOUP + UNCHANGED ? text : mutated(text, this.valid, random);
  }
}

const STRIDE = 7_919;
const SHAPED = 0.06;
const SOUP = 0.1;
const UNCHANGED = 0.2;

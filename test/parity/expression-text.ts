import type { CallExpression, Expression } from '../../src/definition/expression.js';
import { Random } from '../verify/rows/random.js';
import { formsOf } from './call-text.js';
import { isToldBeside, uncoerced } from './coerced-text.js';
import { type Form, PRIMARY, SIGN } from './form.js';
import { literalText, quotedName } from './literal-text.js';
import { seedOf } from './pool.js';
import { structureOf } from './print.js';

/**
 * A typed expression as text of the language that means exactly that: overloads and types are told by the operands alone.
 * Of several spellings one is chosen, of parentheses as few as need be and now and then some more; the same expression is
 * always written the same.
 */
export function expressionText(
  expression: Expression,
  nameOf: (column: string) => string = (column) => column,
): string {
  return new Writer(new Random(seedOf(structureOf(expression))), nameOf).text(expression, 0);
}

class Writer {
  constructor(
    private readonly random: Random,
    private readonly nameOf: (column: string) => string,
  ) {}

  /** In parentheses where it binds less than `level`. */
  text(node: Expression, level: number): string {
    const { text, binds } = this.written(node);
    return binds < level || this.random.chance(0.05) ? `(${text})` : text;
  }

  private written(node: Expression): Written {
    switch (node.kind) {
      case 'literal': {
        const text = literalText(node.type, node.value, this.random);
        return { text, binds: text.startsWith('-') ? SIGN : PRIMARY };
      }
      case 'column':
        return { text: this.columnText(this.nameOf(node.name)), binds: PRIMARY };
      case 'asOf':
        return { text: 'AS_OF()', binds: PRIMARY };
      case 'call':
        return this.callText(node);
      case 'fitted':
        throw new Error('parity cases hold no fitted functions');
    }
  }

  private columnText(name: string): string {
    const isPlain = PLAIN_NAME.test(name);
    return isPlain && !this.random.chance(0.3) ? name : quotedName(name);
  }

  private callText(node: CallExpression): Written {
    const [inner] = node.arguments;
    if (node.operation === 'not' && inner?.kind === 'call' && this.random.chance(0.5)) {
      const { writeNot, ...form } = this.random.pick(formsOf(inner));
      if (writeNot !== undefined) return { text: writeNot(this.operands(inner, form)), binds: form.binds };
    }
    const form = this.random.pick(formsOf(node));
    return { text: form.write(this.operands(node, form), node, this.random), binds: form.binds };
  }

  /** The arguments; at most one of them is left to coercion, where those beside it tell its type. */
  private operands(node: CallExpression, form: Form): readonly string[] {
    const left = this.random.chance(0.5) ? this.random.whole(0, node.arguments.length - 1) : -1;
    return node.arguments.map((argument, place) => {
      const level = form.takes(place, argument);
      const bare = place === left && isToldBeside(node, place) ? uncoerced(argument) : null;
      if (typeof bare === 'string') return level > SIGN ? `(${bare})` : bare;
      return this.text(bare ?? argument, level);
    });
  }
}

type Written = { readonly text: string; readonly binds: number };

/** Names that need no backquotes whatever stands around them. */
const PLAIN_NAME = /^[a-z]+\d*_\d$/;

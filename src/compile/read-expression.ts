import type { ReadExpressionDocument } from '../definition/document.js';
import type { Problem } from '../definition/error.js';
import type { Expression } from '../definition/expression.js';
import { checkExpression, type ExpressionProblem, type Scope } from './check.js';
import { type CompiledFeature, withDefault } from './feature-set.js';

/**
 * Types read expressions (S5): each sees the names of `scope` and AS_OF(), and with `seesEarlier` the expressions before
 * it. What is wrong becomes a problem below `path`, and is left out; an expression over a wrong one is left out silently.
 */
export function compileReadExpressions(
  documents: readonly ReadExpressionDocument[],
  { scope, seesEarlier, path }: ReadScope,
  problems: Problem[],
): readonly CompiledFeature[] {
  const names = new Map(scope);
  const wrong = new Set<string>();
  return documents.flatMap((document, index) => {
    const place = `${path}/${index}`;
    const checked = checkExpression(document.expression, { scope: names, allow: 'read' });
    const known = 'expression' in checked ? withDefault(document, checked.expression, place, problems) : null;
    if (known !== null) {
      if (seesEarlier) names.set(known.name, known.type);
      return [known];
    }
    const found = 'expression' in checked ? [] : checked.problems;
    const own = found.filter((problem) => !(seesEarlier && isNamed(wrong, problem.found)));
    wrong.add(document.name);
    const later = seesEarlier ? documents.slice(index).map(({ name }) => name) : [];
    problems.push(...own.map((each) => ({ ...explained(each, later), path: `${place}/expression` })));
    return [];
  });
}

type ReadScope = {
  readonly scope: Scope;
  readonly seesEarlier: boolean;
  /** JSON pointer of the list. */
  readonly path: string;
};

function isNamed(names: ReadonlySet<string>, found: string | undefined): boolean {
  return found !== undefined && names.has(found);
}

function explained(problem: ExpressionProblem, later: readonly string[]): ExpressionProblem {
  const { found, message } = problem;
  if (found === undefined || !later.includes(found)) return problem;
  const [self] = later;
  const remedy =
    found === self ? 'an expression cannot read itself' : `it stands further down; move "${found}" up`;
  return { ...problem, message: `${message}: ${remedy}` };
}

/** The same expression over columns of other names. */
export function renamed(expression: Expression, nameOf: (name: string) => string): Expression {
  switch (expression.kind) {
    case 'column':
      return { ...expression, name: nameOf(expression.name) };
    case 'call':
      return { ...expression, arguments: expression.arguments.map((each) => renamed(each, nameOf)) };
    case 'fitted': {
      const [input, ...key] = expression.arguments.map((each) => renamed(each, nameOf));
      return { ...expression, arguments: [input!, ...key] };
    }
    case 'literal':
    case 'asOf':
      return expression;
  }
}

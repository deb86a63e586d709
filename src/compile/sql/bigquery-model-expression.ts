import type { CallExpression, Expression, FittedExpression } from '../../definition/expression.js';
import { childrenOf } from '../../definition/expression.js';
import { ExportRefusal } from '../export-refusal.js';
import { bigquerySql, lowerToBigquery } from './bigquery.js';
import { constantOf, type FittedConstants } from './bigquery-constant.js';
import { bigqueryIdentifier } from './bigquery-literal.js';
import { isAnalytic, preprocessingSql } from './bigquery-preprocessing.js';

/** What the outputs of a TRANSFORM clause need of the query before it. */
export class TransformSources {
  /** Columns of the training table. */
  readonly columns = new Set<string>();
  /** SQL that is computed before the model sees the rows, by the name of its column. */
  readonly computed = new Map<string, string>();
  /** Definitions of the functions that it calls. */
  readonly functions = new Map<string, string>();
  /** How often what was learnt stands in place of a function. */
  constantsUsed = 0;

  constructor(
    readonly asOfSql: string,
    /** What a trained version learnt; null where there is none. */
    readonly constants: FittedConstants | null,
  ) {}

  column(name: string): string {
    this.columns.add(name);
    return bigqueryIdentifier(name);
  }

  /** A column for what BigQuery carries by a JavaScript function: TRANSFORM keeps no temporary function. */
  compute(expression: Expression): string {
    const { sql, functions } = bigquerySql(expression, {
      columnSql: bigqueryIdentifier,
      asOfSql: this.asOfSql,
    });
    for (const { name, statement } of functions) this.functions.set(name, statement);
    const known = [...this.computed].find(([, other]) => other === sql)?.[0];
    const name = known ?? `computed__${this.computed.size + 1}`;
    this.computed.set(name, sql);
    return bigqueryIdentifier(name);
  }
}

/** An expression of a transform as SQL of a TRANSFORM clause. Throws {@link ExportRefusal}. */
export function transformSql(expression: Expression, sources: TransformSources): string {
  switch (expression.kind) {
    case 'literal':
      return lowerToBigquery(expression, { columnSql: bigqueryIdentifier, callSql: refuseCall });
    case 'column':
      return sources.column(expression.name);
    case 'asOf':
      return sources.asOfSql;
    case 'call':
      return callSql(expression, sources);
    case 'fitted':
      return fittedSql(expression, sources);
  }
}

function fittedSql(node: FittedExpression, sources: TransformSources): string {
  const [argument] = node.arguments;
  const isNested = isAnalytic(node) && holdsAnalytic(argument);
  const alone = isNested
    ? withConstants(argument, sources, 'stands inside another analytic function, and BigQuery nests none')
    : argument;
  return preprocessingSql(node, transformSql(alone, sources));
}

/** The expression with what was learnt in place of its analytic functions. */
function withConstants(expression: Expression, sources: TransformSources, why: string): Expression {
  const inner = (child: Expression): Expression => withConstants(child, sources, why);
  if (expression.kind === 'call') return { ...expression, arguments: expression.arguments.map(inner) };
  if (expression.kind !== 'fitted') return expression;
  if (!isAnalytic(expression)) return { ...expression, arguments: [inner(expression.arguments[0])] };
  const constant = sources.constants === null ? null : constantOf(expression, sources.constants);
  if (constant === null)
    throw new ExportRefusal(`${expression.function} ${why}; ${remedyFor(expression, sources)}`);
  sources.constantsUsed++;
  return inner(constant);
}

function remedyFor({ function: name }: FittedExpression, { constants }: TransformSources): string {
  if (constants === null) return 'name a trained version, whose constants can stand in its place';
  return name === 'IMPUTER'
    ? 'the trained version has none with this argument and these options: name one of this definition'
    : 'only what an IMPUTER learnt can stand in its place: write the other one outside';
}

function callSql(node: CallExpression, sources: TransformSources): string {
  const isLearnt = holdsAnalytic(node);
  if (isLearnt && isOwnQuery(node))
    return transformSql(
      withConstants(node, sources, `stands inside ${node.operation}, ${OWN_QUERY}`),
      sources,
    );
  if (isNative(node))
    return nativeSql(
      node,
      node.arguments.map((each) => transformSql(each, sources)),
    );
  const known =
    isLearnt && sources.constants !== null
      ? withConstants(node, sources, `stands inside ${node.operation}, ${OWN_FUNCTION}`)
      : node;
  if (!holdsFitted(known)) return sources.compute(known);
  throw new ExportRefusal(
    `${node.operation} is a JavaScript function in BigQuery, which a TRANSFORM clause cannot hold; take it out of, or put it into, the preprocessing function beside it`,
  );
}

const OWN_QUERY = 'which BigQuery carries by a subquery, and an analytic function stands in none';
const OWN_FUNCTION = 'a JavaScript function in BigQuery, which is computed before TRANSFORM';

function holdsFitted(expression: Expression): boolean {
  return expression.kind === 'fitted' || childrenOf(expression).some(holdsFitted);
}

function holdsAnalytic(expression: Expression): boolean {
  const isOne = expression.kind === 'fitted' && isAnalytic(expression);
  return isOne || childrenOf(expression).some(holdsAnalytic);
}

/** Whether its SQL reads its operands in a subquery or as a table. */
function isOwnQuery(node: CallExpression): boolean {
  if (!isNative(node)) return false;
  const withoutTexts = nativeSql(node, []).replace(/'(?:[^'\\]|\\.)*'/g, '');
  return /\bSELECT |\bUNNEST\(/.test(withoutTexts);
}

/** Whether BigQuery's own SQL carries this one operation out. */
function isNative(node: CallExpression): boolean {
  let isCalled = false;
  const { placed } = placedOperands(node, []);
  lowerToBigquery(placed, {
    columnSql: bigqueryIdentifier,
    callSql: () => {
      isCalled = true;
      return 'NULL';
    },
  });
  return !isCalled;
}

function nativeSql(node: CallExpression, operands: readonly string[]): string {
  const { placed, sqlOf } = placedOperands(node, operands);
  return lowerToBigquery(placed, { columnSql: (name) => sqlOf.get(name)!, callSql: refuseCall });
}

/** The operation over columns `$0`, `$1`, … in place of its operands; literals stay, templates look at them. */
function placedOperands(
  node: CallExpression,
  operands: readonly string[],
): { readonly placed: CallExpression; readonly sqlOf: ReadonlyMap<string, string> } {
  const sqlOf = new Map<string, string>();
  const inner = node.arguments.map((argument, index): Expression => {
    if (argument.kind === 'literal') return argument;
    sqlOf.set(`$${index}`, operands[index] ?? '');
    return { kind: 'column', name: `$${index}`, type: argument.type };
  });
  return { placed: { ...node, arguments: inner }, sqlOf };
}

function refuseCall(): never {
  throw new ExportRefusal('needs a JavaScript function, which a TRANSFORM clause cannot hold');
}

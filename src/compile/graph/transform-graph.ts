import type { Problem } from '../../definition/error.js';
import { type Expression, namesIn } from '../../definition/expression.js';
import type { ValueType } from '../../definition/value-type.js';
import { collectRefusal, ExportRefusal } from '../export-refusal.js';
import { type FittedNode, type FittedOutput, type FittedTransform, namesRead } from '../fitted-transform.js';
import { documentPlaces } from '../transform-place.js';
import { dataType, GraphBuilder } from './graph-builder.js';
import { type GraphScope, lowerToGraph } from './graph-expression.js';
import { encodedValue, fittedValue, stringsOfState } from './graph-fitted.js';
import { GraphValues } from './graph-value.js';
import { type GraphVocabulary, graphVocabulary, stringsIn } from './graph-vocabulary.js';

/** A fitted transform as the front of a graph. */
export type TransformGraph = {
  readonly builder: GraphBuilder;
  readonly values: GraphValues;
  /** The node of the model input, [rows, width], float32. */
  readonly vector: string;
  /** The strings that string inputs are looked up in. */
  readonly vocabulary: GraphVocabulary;
};

/**
 * Lowers a fitted transform to operations of TensorFlow's on float32 and int32 (S8). FLOAT64, INT64 and BOOL columns are
 * float32 inputs of shape [rows] with NaN for NULL, STRING columns int32 inputs with places of the vocabulary. What the
 * graph cannot carry is a problem, at the path of its output in the model definition; the result is null then.
 */
export function transformGraph(fitted: FittedTransform, problems: Problem[]): TransformGraph | null {
  const before = problems.length;
  const pathOf = outputPaths(fitted);
  const builder = new GraphBuilder();
  const values = new GraphValues(builder);
  const vocabulary = { ...graphVocabulary(stringsOfTransform(fitted)), met: [] };
  const columns = new Map<string, string>();
  const scope: GraphScope = { values, vocabulary, column: (name) => columns.get(name) ?? values.missing };
  if (fitted.inputs.length === 0) problems.push({ path: pathOf(0), message: NO_INPUT });
  declareInputs(fitted, { scope, columns, problems, pathOf });
  if (problems.length > before) return null;
  for (const node of [...fitted.nodes].sort((a, b) => a.stage - b.stage)) {
    const path = pathOf(outputReading(node.name, fitted));
    const value = collectRefusal(path, problems, () => {
      if (node.by !== undefined) throw new ExportRefusal(`${node.state.function} ${KEYED}`);
      return fittedValue(node.state, lowerToGraph(node.argument, meeting(node, fitted, scope)), scope);
    });
    if (value !== null) columns.set(node.name, value);
  }
  const parts = fitted.outputs.map((output, index) =>
    collectRefusal(pathOf(index), problems, () => outputPart(output, meeting(output, fitted, scope))),
  );
  if (problems.length > before) return null;
  return { builder, values, vector: joined(parts as string[], values), vocabulary };
}

const NO_INPUT = 'reads no number and no string; a graph needs an input';
const KEYED =
  'OVER (PARTITION BY …) has statistics for each key, which a graph does not hold; make what it gives a feature, or write OVER ()';

type Inputs = {
  readonly scope: GraphScope;
  readonly columns: Map<string, string>;
  readonly problems: Problem[];
  readonly pathOf: (output: number) => string;
};

/** Where the model's definition has an output's expression. */
function outputPaths({ outputs }: FittedTransform): (output: number) => string {
  const places = documentPlaces(outputs);
  return (output) => `/transform/${places[output]}/expression`;
}

function declareInputs(
  { inputs, outputs, nodes }: FittedTransform,
  { scope, columns, problems, pathOf }: Inputs,
): void {
  for (const { name, type } of inputs) {
    const value = inputValue(name, type, scope);
    if (value !== null) {
      columns.set(name, value);
      continue;
    }
    const reads = (expression: Expression): boolean => namesIn(expression).includes(name);
    const index = outputs.findIndex((output) => reads(expressionOf(output)));
    const node = nodes.find((each) => namesRead(each).includes(name));
    const at =
      index < 0 && node !== undefined ? outputReading(node.name, { outputs, nodes }) : Math.max(0, index);
    const message = `"${name}" is ${type}; a graph takes numbers and strings: pass what is taken of it as a request input`;
    problems.push({ path: pathOf(at), message });
  }
}

function inputValue(name: string, type: ValueType, { values, vocabulary }: GraphScope): string | null {
  const { builder } = values;
  switch (type) {
    case 'FLOAT64':
      return values.bounded(builder.input(name, 'float32'));
    case 'INT64':
    case 'BOOL':
      return builder.input(name, 'float32');
    case 'STRING': {
      const types = { SrcT: dataType('int32'), DstT: dataType('float32') };
      const code = builder.op('Cast', [builder.input(name, 'int32')], types);
      const known = values.choose(
        values.compare('Greater', code, builder.number(vocabulary.strings.length)),
        builder.number(vocabulary.strings.length),
        code,
      );
      return values.choose(values.compare('Less', code, values.zero), values.missing, known);
    }
    default:
      return null;
  }
}

/** The output that reads a fitted function, itself or through others. */
function outputReading(name: string, { outputs, nodes }: Pick<FittedTransform, 'outputs' | 'nodes'>): number {
  const index = outputs.findIndex((output) => namesIn(expressionOf(output)).includes(name));
  if (index >= 0) return index;
  const reader = nodes.find((each) => namesRead(each).includes(name));
  return reader === undefined ? 0 : outputReading(reader.name, { outputs, nodes });
}

function expressionOf(output: FittedOutput): Expression {
  return output.kind === 'encoded' ? output.argument : output.expression;
}

/** [rows, slots] of one output. */
function outputPart(output: FittedOutput, scope: GraphScope): string {
  const { values } = scope;
  const value = lowerToGraph(expressionOf(output), scope);
  if (output.kind === 'array') throw new ExportRefusal('is an array; the graph carries numbers');
  if (output.kind === 'encoded') return encodedValue(output.state, value, scope);
  const filled = values.choose(values.isMissing(value), values.builder.number(output.nullAs), value);
  return values.column(filled);
}

function joined(parts: readonly string[], { builder }: GraphValues): string {
  const axis = builder.integers([1], []);
  return builder.op('ConcatV2', [...parts, axis], {
    N: { i: String(parts.length) },
    T: dataType('float32'),
    Tidx: dataType('int32'),
  });
}

/** The scope of a part's expression: with the strings that it may meet, itself and in what reads it. */
function meeting(part: Part, fitted: FittedTransform, scope: GraphScope): GraphScope {
  return { ...scope, vocabulary: { ...scope.vocabulary, met: [...new Set(stringsMet(part, fitted))] } };
}

type Part = FittedNode | FittedOutput;

function stringsMet(part: Part, fitted: FittedTransform): readonly string[] {
  const expression = 'argument' in part ? part.argument : part.expression;
  const own = [...('state' in part ? stringsOfState(part.state) : []), ...stringsIn(expression)];
  const isNode = fitted.nodes.some((node) => node === part);
  const readers = [...fitted.nodes, ...fitted.outputs].filter(
    (other) => isNode && namesIn('argument' in other ? other.argument : other.expression).includes(part.name),
  );
  return [...own, ...readers.flatMap((reader) => stringsMet(reader, fitted))];
}

function stringsOfTransform({ nodes, outputs }: FittedTransform): readonly string[] {
  const states = [...nodes, ...outputs].flatMap((part) => ('state' in part ? [part.state] : []));
  const expressions = [...nodes.map(({ argument }) => argument), ...outputs.map(expressionOf)];
  return [...states.flatMap(stringsOfState), ...expressions.flatMap(stringsIn)];
}

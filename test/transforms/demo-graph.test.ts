import { expect, it } from 'vitest';
import { readDefinitions } from '../../demo/definitions.js';
import { compileWindowedFeatureSet } from '../../src/compile/compile-windowed-set.js';
import { compileFeatureService } from '../../src/compile/feature-service.js';
import { compileFeatureSet } from '../../src/compile/feature-set.js';
import { TransformFitting } from '../../src/compile/fit-transform.js';
import { transformGraph } from '../../src/compile/graph/transform-graph.js';
import { type CompiledModel, compileModel } from '../../src/compile/model.js';
import { compileTransform } from '../../src/compile/transform.js';
import { type ColumnBatch, columnOf } from '../../src/definition/column-batch.js';
import type {
  Document,
  DocumentKind,
  ServiceEntryDocument,
  SourceFeatureSetDocument,
  WindowedFeatureSetDocument,
} from '../../src/definition/document.js';
import { isWindowed } from '../../src/definition/document.js';
import type { Value } from '../../src/definition/value.js';
import type { ValueType } from '../../src/definition/value-type.js';
import { parseYamlDocuments } from '../../src/registry/yaml-documents.js';
import { graphVector } from './graph-case.js';
import { plainTfjs } from './graph-run.js';

it.each(['arrival_delay', 'arrival_delay_leaky'])('the model "%s" of the demo has a graph', async (name) => {
  const { transform, transformInputs } = await demoModel(name);
  const [training, rows] = [rowsOf(transformInputs, 400), rowsOf(transformInputs, 120)];
  const fitting = new TransformFitting(transform, transformInputs);
  while (!fitting.done) {
    fitting.add(training, new BigInt64Array(training.rowCount));
    fitting.finishPass();
  }
  const fitted = fitting.result();
  const problems: never[] = [];
  const graph = transformGraph(fitted, problems);
  expect(problems).toEqual([]);
  const kernel = compileTransform(fitted);
  const found = await graphVector(await plainTfjs('wasm'), graph!, rows);
  const expected = kernel.apply(rows);
  expect(kernel.slots.filter(({ output }) => output === 'hour').length).toBeGreaterThan(12);
  expect(found.length).toBe(expected.length);
  found.forEach((value, at) => {
    const slot = kernel.slots[at % kernel.width]!.name;
    expect(Math.abs(value - expected[at]!), slot).toBeLessThan(1e-4);
  });
});

async function demoModel(name: string): Promise<CompiledModel> {
  const documents = parseYamlDocuments(await readDefinitions()).map(({ data }) => data as Document);
  const find = <K extends DocumentKind>(kind: K, wanted: string) =>
    documents.find((each) => each.kind === kind && each.name === wanted) as Extract<Document, { kind: K }>;
  const setOf = ({ featureSet }: ServiceEntryDocument) => {
    const document = find('FeatureSet', featureSet) as SourceFeatureSetDocument | WindowedFeatureSetDocument;
    const [source, entity] = [find('Source', document.source), find('Entity', document.entity)];
    const parts = { source, entity, version: 1, id: 1 };
    return isWindowed(document)
      ? compileWindowedFeatureSet({ document, ...parts })
      : compileFeatureSet({ document, ...parts });
  };
  const document = find('Model', name);
  const service = compileFeatureService(find('FeatureService', document.featureService), 1, setOf);
  return compileModel({ document, version: 1, id: 1, service });
}

/** Some rows, every seventh value NULL, other columns at other places. */
function rowsOf(inputs: CompiledModel['transformInputs'], rowCount: number): ColumnBatch {
  const columns = inputs.map(({ name, type }, index) => {
    const values = Array.from({ length: rowCount }, (_, row) =>
      (row + index) % 7 === 0 ? null : cellOf(type, row * 31 + index),
    );
    return [name, columnOf(type, values)] as const;
  });
  return { rowCount, columns: new Map(columns) };
}

function cellOf(type: ValueType, at: number): Value {
  switch (type) {
    case 'STRING':
      return ['AA', 'B6', 'EWR', 'JFK', 'UA'][at % 5]!;
    case 'INT64':
      return BigInt(at % 24);
    case 'BOOL':
      return at % 3 === 0;
    case 'FLOAT64':
      return Math.round(Math.sin(at) * 800) / 8;
    default:
      return null;
  }
}

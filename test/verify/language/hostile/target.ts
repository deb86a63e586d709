import { compileFeatureSet, type FeatureSetParts } from '../../../../src/compile/feature-set.js';
import { compileRowKernel } from '../../../../src/compile/kernel.js';
import { bigquerySql } from '../../../../src/compile/sql/bigquery.js';
import type { BigqueryFunction } from '../../../../src/compile/sql/bigquery-function.js';
import { bigqueryIdentifier } from '../../../../src/compile/sql/bigquery-literal.js';
import { duckdbSql, quoteIdentifier } from '../../../../src/compile/sql/duckdb.js';
import { type ColumnBatch, columnOf, valueAt } from '../../../../src/definition/column-batch.js';
import { PlumblineError } from '../../../../src/definition/error.js';
import type { Expression } from '../../../../src/definition/expression.js';
import type { Value } from '../../../../src/definition/value.js';
import { COLUMNS } from '../../../parity/columns.js';
import type { Row } from '../../../parity/oracle.js';

/** What became of a text: refused, or an expression with what every form of it gave. */
export type Use = Refused | Used;

export type Refused = { readonly kind: 'refused'; readonly error: PlumblineError };

export type Used = {
  readonly kind: 'used';
  readonly expression: Expression;
  readonly byColumns: Value;
  readonly byRows: Value;
  readonly duckdb: string | null;
  /** Null where BigQuery would refuse its length. */
  readonly bigquery: { readonly sql: string; readonly functions: readonly BigqueryFunction[] } | null;
};

/** A source of one row, whose columns are called whatever somebody called them; texts become features of it. */
export class Target {
  private readonly names: readonly string[];
  private readonly batch: ColumnBatch;
  private readonly values: readonly Value[];
  /** By the columns' own names. */
  readonly row: Row;

  constructor(row: Row, nameOf: (column: string) => string) {
    const columns = [...COLUMNS].map(([name, type]) => {
      const value = row.get(name) ?? null;
      return { name: nameOf(name), type, value };
    });
    this.names = columns.map(({ name }) => name);
    this.values = columns.map(({ value }) => value);
    this.row = new Map(columns.map(({ name, value }) => [name, value]));
    const stored = columns.map(({ name, type, value }) => [name, columnOf(type, [value])] as const);
    this.batch = { rowCount: 1, columns: new Map(stored) };
  }

  /** Everything that a text goes through between its door and an engine. Throws what no caller expects. */
  use(text: string): Use {
    let set: ReturnType<typeof compileFeatureSet>;
    try {
      set = compileFeatureSet(this.partsOf(text));
    } catch (error) {
      if (error instanceof PlumblineError && error.code !== 'INTERNAL') return { kind: 'refused', error };
      throw error;
    }
    const { expression } = set.features[0]!;
    const byColumns = valueAt(set.kernel(this.batch).columns.get('f')!, 0);
    const [byRows] = compileRowKernel(set.features, this.names)(this.values, null);
    const duckdb = duckdbSql(expression, quoteIdentifier);
    return { kind: 'used', expression, byColumns, byRows: byRows!, duckdb, bigquery: bigqueryOf(expression) };
  }

  private partsOf(text: string): FeatureSetParts {
    const columns = [...COLUMNS.values()].map((type, index) => ({ name: this.names[index]!, type }));
    const keyOf = (type: string) => columns.find((column) => column.type === type)!.name;
    return {
      document: {
        kind: 'FeatureSet',
        name: 'hostile',
        entity: 'thing',
        source: 'rows',
        keys: { id: keyOf('INT64') },
        features: [{ name: 'f', expression: text }],
      },
      source: { kind: 'Source', name: 'rows', columns, eventTime: keyOf('TIMESTAMP') },
      entity: { kind: 'Entity', name: 'thing', keys: [{ name: 'id', type: 'INT64' }] },
      version: 1,
      id: 1,
    };
  }
}

function bigqueryOf(expression: Expression): Used['bigquery'] {
  try {
    return bigquerySql(expression, { columnSql: bigqueryIdentifier });
  } catch (error) {
    if (error instanceof PlumblineError && error.code === 'TOO_LARGE') return null;
    throw error;
  }
}

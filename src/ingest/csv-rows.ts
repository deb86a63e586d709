import { PlumblineError, type Problem } from '../definition/error.js';
import { jsonOf, type ParsedValue } from '../definition/json-value.js';
import { parseTextValue } from '../definition/text-value.js';
import { type CsvRecord, csvRecords } from '../offline/csv-records.js';
import { textOfUtf8 } from '../offline/utf8-text.js';
import { type RowPlan, shownPlace } from './column-mapping.js';
import { type OfferedSpan, spanRowsOf } from './offered-span.js';
import { RowCollector } from './row-collector.js';

/** Columns of a file at most. */
const MAX_COLUMNS = 10_000;

/** Columns that a message lists. */
const MAX_LISTED = 50;

/** Checks the first line of a CSV file against a plan. Throws INVALID_FILE or INVALID_FRAME. */
export async function requireHeader(bytes: AsyncIterable<Uint8Array>, plan: RowPlan): Promise<void> {
  for await (const records of csvRecords(textOfUtf8(bytes))) {
    if (records.length === 0) continue;
    fieldsOf(records[0]!, plan);
    return;
  }
  throw noHeader();
}

/** Records of a CSV file behind its header; a row's ordinal is its place from 0. Throws INVALID_FILE or INVALID_FRAME. */
export async function* csvSpans(bytes: AsyncIterable<Uint8Array>, plan: RowPlan): AsyncIterable<OfferedSpan> {
  let reader: CsvRows | null = null;
  const capacity = spanRowsOf(plan.columns.length);
  let collector = new RowCollector(plan, capacity);
  let [firstOrdinal, ordinal] = [0, 0];
  for await (const records of csvRecords(textOfUtf8(bytes))) {
    for (const record of records) {
      if (reader === null) {
        reader = new CsvRows(record, plan);
        continue;
      }
      reader.add(collector, ordinal++, record);
      if (!collector.isFull) continue;
      yield { offered: collector.finish(), firstOrdinal, endOrdinal: ordinal };
      collector = new RowCollector(plan, capacity);
      firstOrdinal = ordinal;
    }
  }
  if (reader === null) throw noHeader();
  if (ordinal > firstOrdinal) yield { offered: collector.finish(), firstOrdinal, endOrdinal: ordinal };
}

/** Turns records of one header into rows. */
class CsvRows {
  /** Field of each column of the plan. */
  private readonly fields: readonly number[];

  constructor(
    private readonly header: CsvRecord,
    private readonly plan: RowPlan,
  ) {
    this.fields = fieldsOf(header, plan);
  }

  add(collector: RowCollector, ordinal: number, record: CsvRecord): void {
    const { columns } = this.plan;
    const isBlank = record.length === 1 && record[0] === null && this.header.length > 1;
    if (isBlank) return;
    if (record.length !== this.header.length) {
      const message = `has ${record.length} fields, the header ${this.header.length}`;
      collector.refuse(ordinal, this.texts(record), [{ path: '', message }]);
      return;
    }
    const parsed = columns.map(({ type }, i): ParsedValue => {
      const field = record[this.fields[i]!]!;
      return field === null ? { value: null } : parseTextValue(type, field);
    });
    const problems = parsed.flatMap((each, i): readonly Problem[] =>
      'problem' in each ? [{ path: `/${columns[i]!.name}`, message: each.problem }] : [],
    );
    if (problems.length === 0) collector.addValues(ordinal, parsed);
    else collector.refuse(ordinal, this.shaped(record, parsed), problems);
  }

  /** As a JSON row would be: what parsed by its type, the rest as text. */
  private shaped(record: CsvRecord, parsed: readonly ParsedValue[]): object {
    const members = this.plan.columns.map(({ name, type }, i): [string, unknown] => {
      const each = parsed[i]!;
      return [name, 'value' in each ? jsonOf(type, each.value) : record[this.fields[i]!]];
    });
    return Object.fromEntries(members);
  }

  private texts(record: CsvRecord): object {
    return Object.fromEntries(record.map((field, i) => [this.header[i] ?? `field ${i + 1}`, field]));
  }
}

function fieldsOf(header: CsvRecord, plan: RowPlan): readonly number[] {
  const places = new Map<string, number>();
  const problems: Problem[] = [];
  if (header.length > MAX_COLUMNS)
    problems.push({ path: 'file', message: `more than ${MAX_COLUMNS} columns` });
  header.slice(0, MAX_COLUMNS).forEach((name, i) => {
    if (name === null || name === '') problems.push({ path: 'file', message: `column ${i + 1} has no name` });
    else if (places.has(name))
      problems.push({ path: name, message: `column "${name}" is there twice; rename one` });
    else places.set(name, i);
  });
  const listed = [...places.keys()].slice(0, MAX_LISTED).join(', ');
  for (const { name, from } of plan.columns) {
    if (from.length === 1 && places.has(from[0]!)) continue;
    problems.push({
      path: name,
      message: `the file has no column "${shownPlace(from)}"; it has ${listed}`,
    });
  }
  if (plan.extra === 'refuse') problems.push(...extraProblems(places, plan));
  if (problems.length > 0) throw refusal(problems);
  return plan.columns.map(({ from }) => places.get(from[0]!)!);
}

function extraProblems(places: ReadonlyMap<string, number>, plan: RowPlan): readonly Problem[] {
  const wanted = new Set(plan.columns.map(({ from: [name] }) => name));
  return [...places.keys()]
    .filter((name) => !wanted.has(name))
    .map((name) => ({
      path: name,
      message: `the file has a column "${name}" that is not declared; declare or drop it, or ignore extra ones`,
    }));
}

function refusal(problems: readonly Problem[]): PlumblineError {
  const shown = problems.slice(0, MAX_LISTED);
  const message = shown.map((problem) => problem.message).join('; ');
  return new PlumblineError('INVALID_FILE', message, { path: problems[0]!.path, problems: shown });
}

function noHeader(): PlumblineError {
  return new PlumblineError('INVALID_FILE', 'the CSV has no header; its first row names every column', {
    path: 'file',
  });
}

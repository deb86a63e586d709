import { PlumblineError } from '../definition/error.js';

/** Fields of one record; null is an unquoted empty field, `''` a quoted one (S4). */
export type CsvRecord = readonly (string | null)[];

/** Longest field: a quote that is never closed would otherwise gather the whole file. */
const MAX_FIELD_CHARS = 16 * 1024 ** 2;

/**
 * The records of CSV text (RFC 4180, lines ending in LF or CRLF), those of one chunk together. Throws INVALID_FRAME for a
 * quote or carriage return out of place.
 */
export async function* csvRecords(chunks: AsyncIterable<string>): AsyncIterable<readonly CsvRecord[]> {
  const reader = new CsvReader();
  for await (const chunk of chunks) yield reader.read(chunk);
  yield reader.end();
}

/** Where a reader stands: `quote` is behind a quote in a quoted field, which ends it or is the first of two. */
type State = 'fieldStart' | 'bare' | 'quoted' | 'quote' | 'carriageReturn';

class CsvReader {
  private state: State = 'fieldStart';
  private field = '';
  private record: (string | null)[] = [];
  private records: CsvRecord[] = [];
  private recordCount = 0;

  /** Each state takes characters from `at` on and gives the place behind them. */
  private readonly steps: Record<State, (text: string, at: number) => number> = {
    fieldStart: (text, at) => this.startField(text, at),
    bare: (text, at) => this.takeBare(text, at),
    quoted: (text, at) => this.takeQuoted(text, at),
    quote: (text, at) => this.afterQuote(text, at),
    carriageReturn: (text, at) => this.afterCarriageReturn(text, at),
  };

  read(text: string): readonly CsvRecord[] {
    let at = 0;
    while (at < text.length) at = this.steps[this.state](text, at);
    return this.taken();
  }

  end(): readonly CsvRecord[] {
    if (this.state === 'quoted') throw this.problem('has a quoted field that is never closed');
    const between = this.state === 'fieldStart' && this.record.length === 0;
    if (!between) this.endRecord(this.state === 'quote' || this.field !== '' ? this.field : null);
    return this.taken();
  }

  private taken(): readonly CsvRecord[] {
    const { records } = this;
    this.records = [];
    return records;
  }

  private startField(text: string, at: number): number {
    const isQuoted = text[at] === '"';
    this.state = isQuoted ? 'quoted' : 'bare';
    return isQuoted ? at + 1 : at;
  }

  private takeBare(text: string, at: number): number {
    BARE_END.lastIndex = at;
    const end = BARE_END.exec(text)?.index ?? text.length;
    this.gather(text.slice(at, end));
    if (end === text.length) return end;
    if (text[end] === '"') throw this.problem('has a quote inside an unquoted field; quote the whole field');
    this.endField(text[end]!, this.field === '' ? null : this.field);
    return end + 1;
  }

  private takeQuoted(text: string, at: number): number {
    const quote = text.indexOf('"', at);
    const end = quote < 0 ? text.length : quote;
    this.gather(text.slice(at, end));
    if (quote < 0) return end;
    this.state = 'quote';
    return end + 1;
  }

  private afterQuote(text: string, at: number): number {
    if (text[at] === '"') {
      this.field += '"';
      this.state = 'quoted';
    } else if (ENDS_FIELD.has(text[at]!)) {
      this.endField(text[at]!, this.field);
    } else {
      throw this.problem('has text behind a closing quote; double the quotes inside a field');
    }
    return at + 1;
  }

  private afterCarriageReturn(text: string, at: number): number {
    if (text[at] !== '\n') throw this.problem('has a carriage return outside of quotes; quote the field');
    this.flushRecord();
    return at + 1;
  }

  private gather(part: string): void {
    this.field += part;
    if (this.field.length > MAX_FIELD_CHARS) {
      throw this.problem(`has a field of more than ${MAX_FIELD_CHARS} characters; close its quotes`);
    }
  }

  private endField(separator: string, value: string | null): void {
    this.record.push(value);
    this.field = '';
    if (separator === '\n') this.flushRecord();
    else this.state = separator === ',' ? 'fieldStart' : 'carriageReturn';
  }

  private endRecord(value: string | null): void {
    if (this.state !== 'carriageReturn') this.record.push(value);
    this.flushRecord();
  }

  private flushRecord(): void {
    this.records.push(this.record);
    this.recordCount++;
    this.record = [];
    this.state = 'fieldStart';
  }

  private problem(what: string): PlumblineError {
    const line = this.recordCount === 0 ? 'the header' : `row ${this.recordCount}`;
    return new PlumblineError('INVALID_FRAME', `${line} of the CSV ${what}`, {
      path: 'body',
      row: this.recordCount,
    });
  }
}

const BARE_END = /[",\r\n]/g;
const ENDS_FIELD = new Set([',', '\n', '\r']);

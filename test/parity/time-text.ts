import { type Form, PRIMARY } from './form.js';

/** Functions of times by their spelling: parts stand bare, amounts in INTERVAL, zones as constants. */
export function timeForms(sql: string): readonly Form[] {
  if (/^(DATE|TIMESTAMP)_(ADD|SUB)$/.test(sql)) {
    return [form(([time, amount], { part }) => `${sql}(${time}, INTERVAL ${amount} ${part ?? 'DAY'})`)];
  }
  if (/^(DATE|TIMESTAMP)_DIFF$/.test(sql)) {
    return [form(([end, start], { part }) => `${sql}(${end}, ${start}, ${part ?? 'DAY'})`)];
  }
  return sql === 'EXTRACT' ? EXTRACT : [];
}

/** The date of an instant in a zone has no part. */
const EXTRACT = [
  form(([t], { part, zone }) => `EXTRACT(${part ?? 'DATE'} FROM ${t}${atZone(zone)})`),
  {
    ...form(([t], { zone }) => `DATE(${t}, '${zone}')`),
    fits: ({ parameters = {} }) => parameters['part'] === undefined,
  } satisfies Form,
];

function atZone(zone: string | undefined): string {
  return zone === undefined || zone === 'UTC' ? '' : ` AT TIME ZONE '${zone}'`;
}

function form(
  write: (texts: readonly string[], parameters: Readonly<Record<string, string>>) => string,
): Form {
  return {
    binds: PRIMARY,
    takes: () => 0,
    write: (texts, node) => write(texts, node.parameters ?? {}),
    only: true,
  };
}

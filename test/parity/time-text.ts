import { type Form, infix, PRIMARY } from './form.js';
import { quotedText } from './literal-text.js';

/** Functions of times by their spelling: parts stand bare, amounts in INTERVAL, zones as constants. */
export function timeForms(sql: string): readonly Form[] {
  const shift = /^(DATE|TIMESTAMP)_(ADD|SUB)$/.exec(sql);
  if (shift !== null) {
    const write = form(([time, amount], { part }) => `${sql}(${time}, INTERVAL ${amount} ${part ?? 'DAY'})`);
    return [write, shift[1] === 'DATE' ? dayForm(shift[2]!) : intervalForm(shift[2]!)];
  }
  if (/^(DATE|TIMESTAMP)_DIFF$/.test(sql)) {
    return [form(([end, start], { part }) => `${sql}(${end}, ${start}, ${part ?? 'DAY'})`)];
  }
  return sql === 'EXTRACT' ? EXTRACT : [];
}

/** `date + 1`: days. */
function dayForm(way: string): Form {
  return {
    ...infix(way === 'ADD' ? '+' : '-', SUM),
    fits: ({ parameters = {} }) => parameters['part'] === undefined,
  };
}

/** `timestamp + INTERVAL 1 HOUR`: the amount ends where the part begins. */
function intervalForm(way: string): Form {
  return {
    binds: SUM,
    takes: (place) => (place === 0 ? SUM : 0),
    write: ([time, amount], { parameters = {} }) =>
      `${time} ${way === 'ADD' ? '+' : '-'} INTERVAL ${amount} ${parameters['part']}`,
  };
}

/** The date of an instant in a zone has no part. */
const EXTRACT = [
  form(([t], { part, zone }) => `EXTRACT(${part ?? 'DATE'} FROM ${t}${atZone(zone)})`),
  {
    ...form(([t], { zone }) => `DATE(${t}, ${quotedText(zone ?? 'UTC')})`),
    fits: ({ parameters = {} }) => parameters['part'] === undefined,
  } satisfies Form,
];

function atZone(zone: string | undefined): string {
  return zone === undefined || zone === 'UTC' ? '' : ` AT TIME ZONE ${quotedText(zone)}`;
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

/** How tightly + and - bind. */
const SUM = 9;

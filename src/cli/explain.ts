import type { ExplainedPart, Explanation } from '../../sdk/typescript/src/audits.js';
import { PlumblineClient } from '../../sdk/typescript/src/client.js';
import { parseJsonLossless, stringifyJson } from '../definition/json-value.js';
import type { CommandOptions, CommandResult } from './command.js';

/** Tells what one value is made of: the rows and tiles in it. */
export async function explain(options: CommandOptions): Promise<CommandResult> {
  const { url, project, service, feature, at, knowledge, json } = options;
  if (feature === undefined || options.entity === undefined) {
    throw new Error(
      'name the value with --feature, "set:feature" or a value of a --service, and its keys with --entity, such as \'{"airport":"EWR"}\'',
    );
  }
  const client = new PlumblineClient({ baseUrl: url, project });
  const sequences = jsonOption('sequences', options.sequences);
  const explanation = await client.audits.explain({
    ...(service === undefined ? { features: [feature] } : { featureService: service, feature }),
    entity: jsonOption('entity', options.entity) ?? {},
    ...(at !== undefined && { asOf: at }),
    ...(knowledge !== undefined && { knowledge }),
    ...(sequences !== undefined && { sequences }),
  });
  if (json) return explanation;
  for (const line of linesOf(explanation)) console.log(line);
  return {};
}

function jsonOption(name: string, text: string | undefined): object | undefined {
  if (text === undefined) return undefined;
  try {
    const json = parseJsonLossless(text);
    if (typeof json === 'object' && json !== null) return json;
  } catch {
    // Told below.
  }
  throw new Error(`--${name} is ${text}; write a JSON object`);
}

function linesOf({ feature, value, status, asOf, knowledge, restsOn }: Explanation): readonly string[] {
  const head = `${feature} = ${stringifyJson(value)} (${status}) at ${asOf}, by ${knowledge}`;
  return [head, ...restsOn.flatMap(partLines)];
}

function partLines(part: ExplainedPart): readonly string[] {
  const rows = part.rows.map(({ sequence, eventTime, createdTime, value, why }) => {
    const created = createdTime === eventTime ? '' : `, created ${createdTime}`;
    return `  row ${sequence} at ${eventTime}${created}: ${stringifyJson(value)}${why === undefined ? '' : `, ${why}`}`;
  });
  if (part.kind === 'latest') return [`${part.feature}: the newest row of "${part.source}"`, ...rows];
  const { feature, aggregate, after, through, source, rowCount, tiles } = part;
  return [
    `${feature}: ${aggregate} over (${after ?? 'the first row'}, ${through}] of "${source}", ${rowsText(rowCount)}`,
    ...tiles.map(
      (tile) =>
        `  tile (${tile.after}, ${tile.through}] of ${rowsText(tile.rows)}: ${stringifyJson(tile.value)}`,
    ),
    ...rows,
  ];
}

function rowsText(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}

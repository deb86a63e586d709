#!/usr/bin/env node
/** The `plumbline` command: a client of the REST API, but for what moves the data of a service that is stopped. Exit codes: 0 done, 1 refused, failed or found different, 2 wrongly called. */
import { parseArgs } from 'node:util';
import { stringifyJson } from '../definition/json-value.js';
import { audit } from './audit.js';
import type { Command, CommandOptions, CommandResult, LocalCommand } from './command.js';
import { explain } from './explain.js';
import { migrateData } from './migrate-data.js';
import { predictBatch } from './predict-batch.js';
import { rebuild } from './rebuild.js';

const COMMANDS: Readonly<Record<string, Command>> = {
  rebuild,
  audit,
  explain,
  'predict-batch': predictBatch,
};

/** Commands that need no service, and no project. */
const LOCAL_COMMANDS: Readonly<Record<string, LocalCommand>> = { 'migrate-data': migrateData };

const HELP = `plumbline COMMAND --project NAME [--url URL] [--json]

commands:
  rebuild   makes online state anew from the log, of one source or of every one, while lookups go on
            plumbline rebuild --project flights --source observations
  audit     retrieves what was served once more, from its log, and compares it bit for bit; exit code 1 where it differs
            plumbline audit --project flights [--service arrival_delay] [--from 2013-12-01T00:00:00Z] [--to 2013-12-08T00:00:00Z]
  explain   tells what one value is made of: the rows and tiles in it
            plumbline explain --project flights --feature origin_departures:delay_1h --entity '{"origin":"EWR"}' [--at 2013-12-01T00:00:00Z]
                      [--knowledge known|event|served] [--service arrival_delay] [--sequences '{"alias":41}']
  predict-batch
            predicts every row of a Parquet frame of keys and times into a Parquet file
            plumbline predict-batch --project flights --model arrival_delay --frame flights.parquet --out predicted.parquet
  migrate-data
            moves the data of a service that is stopped to the engines of another configuration, see docs/engines.md; no --project
            plumbline migrate-data --from plumbline.yaml --to production.yaml [--plan]

--url is where the service listens, default http://127.0.0.1:3400, or PLUMBLINE_URL`;

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        project: { type: 'string' },
        source: { type: 'string' },
        model: { type: 'string' },
        service: { type: 'string' },
        feature: { type: 'string' },
        entity: { type: 'string' },
        sequences: { type: 'string' },
        knowledge: { type: 'string' },
        at: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        frame: { type: 'string' },
        out: { type: 'string' },
        plan: { type: 'boolean', default: false },
        url: { type: 'string', default: process.env['PLUMBLINE_URL'] ?? 'http://127.0.0.1:3400' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const name = positionals[0] ?? '';
    const { help, project, ...rest } = values;
    if (help) return say(HELP);
    const local = LOCAL_COMMANDS[name];
    if (local !== undefined) return await run(() => local(rest), rest);
    const command = COMMANDS[name];
    if (command === undefined || project === undefined) return misused();
    return await run(() => command({ ...rest, project }), rest);
  } catch (error) {
    return misused(textOf(error));
  }
}

async function run(
  work: () => Promise<CommandResult>,
  options: Pick<CommandOptions, 'json'>,
): Promise<number> {
  try {
    const result = await work();
    if (options.json) say(stringifyJson({ ok: true, ...result }));
    return result.ok === false ? 1 : 0;
  } catch (error) {
    if (options.json) say(JSON.stringify({ ok: false, error: textOf(error) }));
    else console.error(textOf(error));
    return 1;
  }
}

function say(text: string): number {
  console.log(text);
  return 0;
}

function misused(why = 'name a command and a project'): number {
  console.error(`${why}\n\n${HELP}`);
  return 2;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

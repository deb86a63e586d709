import { PlumblineClient } from '../../sdk/typescript/src/client.js';
import type { CommandOptions, CommandResult } from './command.js';

/** Rebuilds the online state of one source, or of every source of the project, one after the other. */
export async function rebuild({ url, project, source, json }: CommandOptions): Promise<CommandResult> {
  const client = new PlumblineClient({ baseUrl: url, project, longDeadlineMs: LONGEST_MS });
  const sources = source === undefined ? await client.sources() : [source];
  const rows: Record<string, number> = {};
  for (const name of sources) {
    const say = (text: string): void => {
      if (!json) console.log(`${name}: ${text}`);
    };
    let said = -1;
    const result = await client.waitForJob(await client.rebuild(name), ({ progress: { done, total } }) => {
      const percent = total === 0 ? 0 : Math.floor((10 * done) / total) * 10;
      if (percent > said) say(`${percent} %`);
      said = Math.max(said, percent);
    });
    rows[name] = result.rows;
    say(`rebuilt from ${result.rows} rows`);
  }
  return { rows };
}

/** A rebuild reads the whole log: a day is beyond any of them. */
const LONGEST_MS = 86_400_000;

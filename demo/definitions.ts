import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEMO } from './paths.js';

/** Every definition of the demo as one YAML text of many documents. */
export async function readDefinitions(): Promise<string> {
  const folder = join(DEMO, 'definitions');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.join('\n---\n');
}

/**
 * `node --import './plant-mutant.js?file=…&find=…&replace=…' SCRIPT`: runs a script with one text of one module of the
 * compiler replaced, in memory alone.
 */
import { registerHooks } from 'node:module';

const { searchParams } = new URL(import.meta.url);
const [file, find, replace] = ['file', 'find', 'replace'].map((name) => searchParams.get(name) ?? '') as [
  string,
  string,
  string,
];

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(`/dist/src/compile/${file}`)) return loaded;
    const source = Buffer.from(loaded.source as Uint8Array).toString('utf8');
    return { ...loaded, source: source.replace(find, () => replace) };
  },
});

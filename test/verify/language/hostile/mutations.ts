import type { Random } from '../../rows/random.js';
import { TOKEN } from './containment.js';
import { FRAGMENTS } from './fragments.js';

/** The text after 1 to 4 changes such as slips, pastes and attacks make. `others` are texts that pieces come from. */
export function mutated(text: string, others: readonly string[], random: Random): string {
  let changed = text;
  for (let left = random.whole(1, 4); left > 0; left--) {
    changed = random.pick(MUTATIONS)(changed, random, others);
    if (changed.length > MAX_LENGTH) return changed.slice(0, MAX_LENGTH);
  }
  return changed;
}

type Mutation = (text: string, random: Random, others: readonly string[]) => string;

const MUTATIONS: readonly Mutation[] = [
  cut,
  (text, random) => text.slice(0, random.whole(0, text.length)),
  doubled,
  spliced,
  (text, random) => inserted(text, random.pick(FRAGMENTS), random),
  (text, random) => inserted(text, ` ${random.pick(FRAGMENTS)} `, random),
  (text, random) => inserted(text, String.fromCharCode(random.whole(0, 0xffff)), random),
  (text, random) => inserted(text, String.fromCodePoint(random.whole(0, 0x10ffff)), random),
  swapped,
  withoutToken,
  (text, random) => (random.chance(0.5) ? text.toUpperCase() : text.toLowerCase()),
  (text, random) => inParts(text, random, (part) => part.replaceAll(/\s/g, '')),
  (text) => text.replaceAll(/(['"])(?=\w)/g, `$1${TOKEN}`),
  (text) => text.replaceAll(/\b\d+\b/g, '9223372036854775807'),
];

function cut(text: string, random: Random): string {
  const [from, to] = range(text, random);
  return text.slice(0, from) + text.slice(to);
}

function doubled(text: string, random: Random): string {
  const [from, to] = range(text, random);
  const times = random.pick([2, 3, 10, 100, 1_000]);
  return text.slice(0, from) + text.slice(from, to).repeat(times) + text.slice(to);
}

function spliced(text: string, random: Random, others: readonly string[]): string {
  const other = random.pick(others);
  const [from, to] = range(other, random);
  return inserted(text, other.slice(from, to), random);
}

function inserted(text: string, piece: string, random: Random): string {
  const at = random.whole(0, text.length);
  return text.slice(0, at) + piece + text.slice(at);
}

function swapped(text: string, random: Random): string {
  const tokens = tokensOf(text);
  if (tokens.length < 2) return text;
  const [a, b] = [random.whole(0, tokens.length - 1), random.whole(0, tokens.length - 1)];
  return tokens.with(a, tokens[b]!).with(b, tokens[a]!).join('');
}

function withoutToken(text: string, random: Random): string {
  const tokens = tokensOf(text);
  return tokens.length === 0 ? text : tokens.toSpliced(random.whole(0, tokens.length - 1), 1).join('');
}

function inParts(text: string, random: Random, change: (part: string) => string): string {
  const [from, to] = range(text, random);
  return text.slice(0, from) + change(text.slice(from, to)) + text.slice(to);
}

function tokensOf(text: string): readonly string[] {
  return text.match(/\w+|\s+|[^\w\s]/g) ?? [];
}

function range(text: string, random: Random): readonly [number, number] {
  const from = random.whole(0, text.length);
  return [from, random.whole(from, text.length)];
}

/** Beyond the limit of the language, so that some are. */
const MAX_LENGTH = 70_000;

import { isJsonObject } from '../definition/json-columns.js';
import { isVersionNumber } from '../platform/is-version.js';
import { LOOKUP_PARTS, type LookupPart } from './lookup-json.js';
import type { LookupBody } from './online.body.js';

/**
 * Whether a body is one of a lookup for sure, by the rules of {@link LookupBody}, which `validateBody` would check at a
 * hundred times the cost. False says nothing: the validator decides, and names what is wrong.
 */
export function isLookupBody(body: unknown): body is LookupBody {
  if (!isJsonObject(body)) return false;
  for (const name of Object.keys(body)) if (RULES.get(name)?.(body[name]) !== true) return false;
  return Object.hasOwn(body, 'entities');
}

type Rule = (member: unknown) => boolean;

const RULES_BY_NAME: Readonly<Record<keyof LookupBody, Rule>> = {
  featureService: (member) => member == null || (typeof member === 'string' && !member.includes('\0')),
  version: (member) => member == null || isVersionNumber(member),
  features: (member) => member == null || isArrayOf(member, (item) => typeof item === 'string'),
  entities: Array.isArray,
  include: (member) =>
    member == null || isArrayOf(member, (item) => LOOKUP_PARTS.includes(item as LookupPart)),
  minSequence: (member) => member == null || isJsonObject(member),
};

const RULES: ReadonlyMap<string, Rule> = new Map(Object.entries(RULES_BY_NAME));

function isArrayOf(member: unknown, rule: Rule): boolean {
  return Array.isArray(member) && member.every(rule);
}

/** Digits of a due time; held rows are due after 1970, so their ids sort as their times do. */
const DUE_DIGITS = 19;

/** The id of a held row: when it is due, microseconds, and what tells it from others. */
export function heldId(dueUs: bigint, identity: string): string {
  return `${String(dueUs).padStart(DUE_DIGITS, '0')}/${identity}`;
}

/** When the held row of an id is due, microseconds. */
export function dueUsOf(id: string): bigint {
  return BigInt(id.slice(0, DUE_DIGITS));
}

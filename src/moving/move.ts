import { PlumblineError } from '../definition/error.js';
import type { InstallationPlaces } from '../platform/migration-mark.js';
import type { MovingPart, Say } from './moving-part.js';

/** Says where it is not lost that a move has begun. */
export type MoveMarks = {
  /** Whether this very move was begun before. Throws CONFLICT where another one was. */
  readonly isBegun: () => boolean;
  readonly begin: () => void;
  readonly end: () => void;
};

/** What becomes of each part: `to` is null where it stays. */
export type PlannedPart = {
  readonly part: string;
  readonly from: string;
  readonly to: string | null;
  /** What there is to move; null where it stays. */
  readonly what: string | null;
};

/** An installation on its way: parts that move, in their order, and the places of all. */
export type MoveParts = {
  readonly from: InstallationPlaces;
  readonly to: InstallationPlaces;
  readonly parts: readonly MovingPart[];
  readonly marks: MoveMarks;
};

/** What would move. Throws CONFLICT where something stands in the way; changes nothing. */
export async function planMove(move: MoveParts): Promise<readonly PlannedPart[]> {
  await requireRoom(move);
  const planned: PlannedPart[] = [];
  for (const [part, from] of Object.entries(move.from)) {
    const moving = move.parts.find(({ name }) => name === part);
    planned.push({
      part,
      from,
      to: moving === undefined ? null : move.to[part]!,
      what: moving === undefined ? null : await moving.summary(),
    });
  }
  return planned;
}

/** Moves every part, then compares all of them. Cut short at any moment, it is to be run again and goes on. */
export async function runMove(move: MoveParts, say: Say): Promise<Readonly<Record<string, string>>> {
  await requireRoom(move);
  move.marks.begin();
  for (const part of move.parts) {
    say(`${part.name}: to ${move.to[part.name]}`);
    await part.move((text) => say(`${part.name}: ${text}`));
  }
  const verified: Record<string, string> = {};
  for (const part of move.parts) {
    verified[part.name] = await part.verify();
    say(`${part.name}: verified, ${verified[part.name]}`);
  }
  move.marks.end();
  return verified;
}

/** The target is empty, or holds what this very move brought there. */
async function requireRoom({ parts, to, marks }: MoveParts): Promise<void> {
  if (parts.length === 0) {
    const message = 'both configurations name the same places: there is nothing to move';
    throw new PlumblineError('INVALID_REQUEST', message);
  }
  if (marks.isBegun()) return;
  const found: string[] = [];
  for (const part of parts) {
    const what = await part.inTheWay();
    if (what !== null) found.push(`${part.name} (${to[part.name]}): ${what}`);
  }
  if (found.length === 0) return;
  throw new PlumblineError(
    'CONFLICT',
    `the target is not empty; ${found.join('; ')}. Remove that, or name other places`,
  );
}

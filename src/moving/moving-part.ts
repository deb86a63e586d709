/** Hears in words how far it is. */
export type Say = (text: string) => void;

/** A part of an installation that is somewhere else afterwards. What it compares or copies again costs no meaning. */
export interface MovingPart {
  /** `registry`, `files`, `log` or `online`. */
  readonly name: string;
  /** What there is to move, in words. */
  summary(): Promise<string>;
  /** What stands at the target already, in words; null where that is nothing. Looks only. */
  inTheWay(): Promise<string | null>;
  /** Brings it there, or goes on where an earlier try was cut short. */
  move(say: Say): Promise<void>;
  /** Compares what is there with what it was made from, and says what was compared. Throws INTERNAL for a difference. */
  verify(): Promise<string>;
}

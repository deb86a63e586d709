/** `deprecated` still serves, and says so; `inactive` keeps its definition and its history, and has no online state. */
export const VERSION_STATES = ['active', 'deprecated', 'inactive'] as const;

export type VersionState = (typeof VERSION_STATES)[number];

/** Why a version is deprecated, and what to use in its place. */
export type StateDetails = {
  readonly reason?: string;
  /** A version of the same kind, as `name@version`. */
  readonly use?: string;
};

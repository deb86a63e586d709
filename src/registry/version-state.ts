/** `deprecated` still serves, and says so; `inactive` keeps its definition and its history, and has no online state. */
export const VERSION_STATES = ['active', 'deprecated', 'inactive'] as const;

export type VersionState = (typeof VERSION_STATES)[number];

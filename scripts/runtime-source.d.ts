export const RUNTIME_SOURCE_PATH: string;
/** The text that the generated file should have. */
export function runtimeSource(): string;

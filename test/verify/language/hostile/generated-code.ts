/** Runs some work and tells every piece of JavaScript that was compiled from text meanwhile. */
export function withGeneratedCode<T>(work: () => T): {
  readonly result: T;
  readonly sources: readonly string[];
} {
  const own = globalThis.Function;
  const sources: string[] = [];
  globalThis.Function = new Proxy(own, {
    construct: (target, parts: readonly unknown[]) => {
      sources.push(String(parts.at(-1)));
      return Reflect.construct(target, parts);
    },
  });
  try {
    return { result: work(), sources };
  } finally {
    globalThis.Function = own;
  }
}

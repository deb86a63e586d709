/** The parts of JavaScript's WebAssembly interface that the kernels use; neither TypeScript's ES library nor Node's types have it. */
declare namespace WebAssembly {
  class Memory {
    constructor(size: { readonly initial: number });
    readonly buffer: ArrayBuffer;
    /** Adds pages of 64 KiB; what `buffer` was before holds nothing any more. */
    grow(pages: number): number;
  }
  type Module = object;
  interface Instance {
    readonly exports: Readonly<Record<string, unknown>>;
  }
  function compile(bytes: Uint8Array<ArrayBuffer>): Promise<Module>;
  function instantiate(
    module: Module,
    imports: { readonly env: { readonly memory: Memory } },
  ): Promise<Instance>;
}

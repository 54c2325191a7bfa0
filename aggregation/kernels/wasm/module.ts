import { kernelsWasm } from '../generated/wasm.ts';

// The little of the platform's WebAssembly that is used here; the libraries that describe it describe browsers too.
export type Memory = { readonly buffer: ArrayBuffer; grow(pages: number): number };
type Instance = { readonly exports: object };
declare const WebAssembly: {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => Instance;
};

/** A place in the module's memory, in bytes. */
type Pointer = number;

/** What `kernels.as` exports; see there. */
export type VectorKernels = {
  readonly memory: Memory;
  addSquares(
    rows: Pointer,
    stride: number,
    bytes: number,
    n: number,
    from: number,
    to: number,
    sums: Pointer,
  ): void;
  windowMeans(
    rows: Pointer,
    stride: number,
    n: number,
    tiles: number,
    network: Pointer,
    networkEnd: Pointer,
    tile: Pointer,
    from: number,
    to: number,
    trim: number,
    means: Pointer,
    outside: Pointer,
  ): void;
  meanNearMedian(
    rows: Pointer,
    stride: number,
    n: number,
    tiles: number,
    network: Pointer,
    networkEnd: Pointer,
    tile: Pointer,
    count: number,
    means: Pointer,
  ): void;
  meansOf(
    rows: Pointer,
    tiles: number,
    lists: Pointer,
    listsEnd: Pointer,
    means: Pointer,
    meansStride: number,
  ): void;
};

/**
 * An instance of a module that imports nothing, or undefined where the platform lacks the instructions that it is made
 * of.
 *
 * @param base64 the module's bytes.
 */
export function instantiate<Exports extends object>(base64: string): Exports | undefined {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(bytes)) return undefined;
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), {}).exports as Exports;
}

/** The compiled kernels with a memory of their own, or undefined where the platform has no vector instructions. */
export function instantiateKernels(): VectorKernels | undefined {
  return instantiate<VectorKernels>(kernelsWasm);
}

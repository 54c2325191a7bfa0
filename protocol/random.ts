/** A source of `length` random bytes: cryptographic in a node, seeded in a simulation. */
export type RandomBytes = (length: number) => Uint8Array;

/**
 * How several reads are made one `eth_call`, and thus of one block: the code that makes them (Multicall3) travels in
 * the call, so that a chain needs no such contract. One that reverts fails them all, with its own error.
 */
export const IN_ONE_CALL = { deployless: true, allowFailure: false, batchSize: 0 } as const;

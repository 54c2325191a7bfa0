/**
 * n rows of length d in one block of memory that threads share, all 0: fill them, and no kernel or worker need copy
 * them. Rows that are pieces of such a block are passed by reference, so nobody may write to them meanwhile.
 *
 * Shared memory does not count towards the heap, so that blocks let go of are collected late: who aggregates often
 * should fill one block again and again.
 */
export function allocateRows(n: number, d: number): Float64Array[] {
  const rowBytes = d * Float64Array.BYTES_PER_ELEMENT;
  const block = new SharedArrayBuffer(n * rowBytes);
  return Array.from({ length: n }, (_, i) => new Float64Array(block, i * rowBytes, d));
}

/** Whether every row lies in memory that threads share. */
export function areShared(rows: readonly Float64Array[]): boolean {
  return rows.every(({ buffer }) => buffer instanceof SharedArrayBuffer);
}

/** The rows themselves where all of them are shared already, else copies in one shared block; any lengths. */
export function shareRows(rows: readonly Float64Array[]): readonly Float64Array[] {
  if (areShared(rows)) return rows;
  const total = rows.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const block = new SharedArrayBuffer(total);
  let offset = 0;
  return rows.map((row) => {
    const copy = new Float64Array(block, offset, row.length);
    copy.set(row);
    offset += row.byteLength;
    return copy;
  });
}

/** A vector with memory of its own, which is all that crosses to another thread with it. */
export function owned(vector: Float64Array): Float64Array<ArrayBuffer> {
  const { buffer } = vector;
  const isOwned = buffer instanceof ArrayBuffer && buffer.byteLength === vector.byteLength;
  return isOwned ? (vector as Float64Array<ArrayBuffer>) : new Float64Array(vector);
}

/** Store keys that sort by round and view. */
export function roundKey(kind: string, round: number, ...rest: readonly (string | number)[]): string {
  const parts = rest.map((part) => (typeof part === 'number' ? padded(part) : part));
  return [kind, padded(round), ...parts].join('/');
}

function padded(value: number): string {
  return value.toString().padStart(16, '0');
}

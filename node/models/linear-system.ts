/** Gauss elimination with pivoting of an n × (n + 1) system, in place. */
export function solveLinear(system: number[][]): number[] {
  const n = system.length;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let r = column + 1; r < n; r++) {
      if (Math.abs(system[r]![column]!) > Math.abs(system[pivot]![column]!)) pivot = r;
    }
    [system[column], system[pivot]] = [system[pivot]!, system[column]!];
    for (let r = 0; r < n; r++) {
      if (r === column) continue;
      const factor = system[r]![column]! / system[column]![column]!;
      for (let c = column; c <= n; c++) system[r]![c]! -= factor * system[column]![c]!;
    }
  }
  return system.map((row, i) => row[n]! / row[i]!);
}

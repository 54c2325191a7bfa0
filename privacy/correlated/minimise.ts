/** A function above 0 and its gradient; `value` may be infinite or NaN where the function has no finite one. */
export type Objective = (at: Float64Array) => { readonly value: number; readonly gradient: Float64Array };

type Step = { readonly move: Float64Array; readonly change: Float64Array; readonly product: number };

/** Steps whose curvature is remembered. */
const MEMORY = 12;
const SUFFICIENT_DECREASE = 1e-4;

/**
 * A local minimum by limited-memory BFGS (Nocedal and Wright, "Numerical Optimization", 2nd edition, Algorithms 7.4
 * and 7.5) with halving steps. Only + − × ÷ √ in the order of the coordinates: the same bits on every machine.
 *
 * @returns the last point, when a step gains less than a relative 1e-14 or after `iterations` steps.
 */
export function minimise(objective: Objective, start: Float64Array, iterations = 500): Float64Array {
  let point = start;
  let { value, gradient } = objective(point);
  let memory: Step[] = [];
  for (let iteration = 0; iteration < iterations; iteration++) {
    let direction = descent(gradient, memory);
    let slope = dot(gradient, direction);
    if (!(slope < 0)) {
      memory = [];
      direction = gradient.map((entry) => -entry);
      slope = -dot(gradient, gradient);
    }
    // The first step has no curvature to go by: it is kept short.
    let length = memory.length === 0 ? Math.min(1, 0.1 / Math.sqrt(-slope)) : 1;
    let next = objective(moved(point, direction, length));
    while (!(next.value <= value + SUFFICIENT_DECREASE * length * slope) && length > 2 ** -60) {
      length /= 2;
      next = objective(moved(point, direction, length));
    }
    if (!(next.value < value)) return point;
    const [before, gained] = [gradient, 1 - next.value / value];
    const move = direction.map((entry) => entry * length);
    point = moved(point, direction, length);
    ({ value, gradient } = next);
    const change = gradient.map((entry, i) => entry - before[i]!);
    const product = dot(move, change);
    if (product > 0) memory = [...memory, { move, change, product }].slice(-MEMORY);
    if (gained < 1e-14) return point;
  }
  return point;
}

/** −H·gradient, H the approximation of the inverse Hessian that the remembered steps make. */
function descent(gradient: Float64Array, memory: readonly Step[]): Float64Array {
  const direction = gradient.map((entry) => -entry);
  const weights: number[] = [];
  for (const { move, change, product } of memory.toReversed()) {
    const weight = dot(move, direction) / product;
    weights.push(weight);
    addTo(direction, change, -weight);
  }
  const last = memory.at(-1);
  if (last !== undefined) {
    const scale = last.product / dot(last.change, last.change);
    for (let i = 0; i < direction.length; i++) direction[i]! *= scale;
  }
  for (const { move, change, product } of memory) {
    addTo(direction, move, (weights.pop() ?? 0) - dot(change, direction) / product);
  }
  return direction;
}

function moved(point: Float64Array, direction: Float64Array, length: number): Float64Array {
  return point.map((entry, i) => entry + length * direction[i]!);
}

function addTo(target: Float64Array, vector: Float64Array, weight: number): void {
  for (let i = 0; i < target.length; i++) target[i]! += weight * vector[i]!;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

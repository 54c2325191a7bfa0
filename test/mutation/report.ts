import { dirname } from 'node:path';
import type { Mutant } from './operators.ts';
import type { Outcome } from './pool.ts';
import type { Survivor } from './survivors.ts';

export type Tried = { readonly mutant: Mutant; readonly outcome: Outcome };

/**
 * The least share that tests must kill, by the folder, equivalent mutants counted as survivors. Rounding up by more
 * than is needed, and tables that only save time, have many of those.
 */
const LEAST_KILLED: Readonly<Record<string, number>> = { aggregation: 0.95, privacy: 0.85 };

/**
 * What is printed, and whether it is good: enough killed, no survivor that the list does not have, and in a `whole`
 * run no entry of the list without its survivor.
 */
export function reportOf(
  tried: readonly Tried[],
  survivors: readonly Survivor[],
  isWhole: boolean,
  leastKilled: Readonly<Record<string, number>> = LEAST_KILLED,
): { readonly lines: string[]; readonly ok: boolean } {
  // A pattern for all files may find none in a part of them.
  const alive = tried.filter(({ outcome }) => outcome.type === 'survived').map(({ mutant }) => mutant);
  const unlisted = alive.filter((mutant) => !survivors.some((each) => isListed(each, mutant)));
  const files = [...new Set(tried.map(({ mutant }) => mutant.path))];
  const paths = new Set(files);
  const stale = survivors.filter(
    (each) =>
      isWhole &&
      each.path !== undefined &&
      paths.has(each.path) &&
      !alive.some((mutant) => isListed(each, mutant)),
  );
  const share = (of: readonly Tried[]): string => {
    const killed = of.filter(({ outcome }) => outcome.type !== 'survived').length;
    return `${killed}/${of.length}`;
  };
  const stuck = tried.filter(({ outcome }) => outcome.type === 'stuck').length;
  const killedShare = tried.length === 0 ? 1 : 1 - alive.length / tried.length;
  const folders = [...new Set(files.map((path) => dirname(path)))];
  const lines = [
    ...files.map(
      (path) => `  ${share(tried.filter(({ mutant }) => mutant.path === path)).padStart(9)}  ${path}`,
    ),
    ...folders.map((folder) => {
      const inside = tried.filter(({ mutant }) => dirname(mutant.path) === folder);
      return `  ${share(inside).padStart(9)}  ${folder}/`;
    }),
    ...unlisted.map((mutant) => `  survivor  ${place(mutant)}`),
    ...stale.map(({ path, code, change }) => `  listed, but not a survivor  ${path}  ${change}  ${code}`),
    `killed ${share(tried)}, ${(100 * killedShare).toFixed(1)} % (${stuck} of them by an endless loop); ` +
      `${alive.length} survived, ${unlisted.length} of them not on the list`,
  ];
  const isEnough = Object.entries(leastKilled).every(([folder, least]) => {
    const inside = tried.filter(({ mutant }) => mutant.path.startsWith(`${folder}/`));
    const killed = inside.filter(({ outcome }) => outcome.type !== 'survived').length;
    return !isWhole || killed >= least * inside.length;
  });
  return { lines, ok: isEnough && unlisted.length === 0 && stale.length === 0 };
}

/** Whether the entry of a list is about this mutant. */
export function isListed({ path, code, change, nth }: Survivor, mutant: Mutant): boolean {
  const fits = (wanted: string | RegExp, given: string): boolean =>
    typeof wanted === 'string' ? wanted === given : wanted.test(given);
  return (
    (path === undefined || path === mutant.path) &&
    fits(code, mutant.code) &&
    fits(change, mutant.change) &&
    (nth === undefined || nth === mutant.nth)
  );
}

function place({ path, line, change, nth, code }: Mutant): string {
  return `${path}:${line}  ${change} #${nth}  ${code}`;
}

import { formatWadPercent, WAD } from '../../protocol/units.ts';
import type { NodeParameter } from '../client/index.ts';
import type { DefineCommand } from './command-entry.ts';
import { type RunningNodeFlags, tellOf, withRunningNode } from './running-node.ts';
import { table } from './table.ts';

type Flags = RunningNodeFlags & { readonly json: boolean };

export const defineParameters: DefineCommand = (command) => {
  withRunningNode(command).action((flags: Flags) =>
    tellOf(flags, (reader) => reader.parameters(), parametersText),
  );
};

function parametersText({ items }: { readonly items: readonly NodeParameter[] }): string {
  if (items.length === 0) return 'no parameters';
  const rows = items.map(({ name, unit, value, bounds, allowed, overriddenUntilMs, sequence }) => {
    const shown = (text: string) => amountText(text, unit);
    return [
      name,
      shown(value),
      `${shown(bounds.minimum)} to ${shown(bounds.maximum)}`,
      `${shown(allowed.lowest)} to ${shown(allowed.highest)}`,
      overriddenUntilMs === null ? '-' : new Date(overriddenUntilMs).toISOString(),
      String(sequence),
    ];
  });
  return table([
    ['parameter', 'value', 'bounds', 'a model may write', 'overridden until', 'changes'],
    ...rows,
  ]).join('\n');
}

/** Rates and shares in per cent; anything else as it stands on the chain, with its unit. */
function amountText(text: string, unit: string): string {
  if (!/^-?\d+$/.test(text)) return `${text} ${unit}`;
  if (unit === 'wad' || unit === 'wad/year') return formatWadPercent(BigInt(text));
  // What may be negative stands half a wad higher.
  if (unit === 'wad/year+0.5') return formatWadPercent(BigInt(text) - WAD / 2n);
  return `${text} ${unit}`;
}

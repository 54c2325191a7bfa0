import { chainRequest } from '../../contracts/client/errors.ts';
import {
  activeOverrides,
  cancelOverrideData,
  decisionSeconds,
  explanationDigest,
  idOfName,
  justificationText,
  KNOWN_NAMES,
  MAX_OVERRIDE_SECONDS,
  overrideData,
  overrideTransactions,
  type ParameterState,
  parameterState,
} from '../../contracts/client/index.ts';
import { UsageError } from '../../protocol/errors.ts';
import { parseUnit } from '../../protocol/units.ts';
import type { DefineCommand } from './command-entry.ts';
import type { ChainFlags } from './folder.ts';
import { proposeEmergency, requireJustification } from './propose.ts';
import { type SenderFlags, withSenderFlags } from './sender.ts';
import { printResult } from './spending.ts';
import { openGoverned, openSuite, withChain } from './suite-chain.ts';

type Flags = ChainFlags & SenderFlags & { readonly justification: string };

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

export const defineOverride: DefineCommand = (command) => {
  withChain(command.command('list'))
    .description('the overrides in force')
    .option('--json', 'print one JSON object', false)
    .action(list);
  withSenderFlags(withChain(command.command('set')), 'the proposer')
    .description('put an override before governance: models cannot write the parameter while it lasts')
    .argument('<parameter>', 'its name, or its id')
    .option(
      '--value <value>',
      'in the parameter’s unit, or in percent as 5.25%; the present one unless given',
    )
    .requiredOption('--for <duration>', 'how long from the earliest execution on: 90s, 30m, 12h, at most 30d')
    .requiredOption('--justification <text>', 'why; goes onto the chain')
    .action(set);
  withSenderFlags(withChain(command.command('clear')), 'the proposer')
    .description('put the end of an override before governance; it ends by itself at its time')
    .argument('<parameter>', 'its name, or its id')
    .requiredOption('--justification <text>', 'why; goes onto the chain')
    .action(clear);
};

async function list(flags: ChainFlags & { readonly json: boolean }): Promise<void> {
  const { reader, suite } = await openSuite(flags);
  const made = await overrideTransactions(reader, suite.overrideModule);
  const parameters = [...new Set([...made.values()].map(({ parameter }) => parameter))];
  const active = await activeOverrides(reader, suite.overrideModule, parameters);
  const items = await Promise.all(
    active.map(async (item) => {
      const { transactionHash = '0x' } = made.get(item.number) ?? {};
      const words = await justificationText(reader, transactionHash, item.justification);
      const name = KNOWN_NAMES.get(item.parameter) ?? item.parameter;
      return { ...item, name, transactionHash, words: words ?? null };
    }),
  );
  const lines = items.map(
    ({ name, value, endsAt, words, justification }) =>
      `${name} is ${value} until ${new Date(endsAt * 1_000).toISOString()}: ${words ?? `justification ${justification}`}`,
  );
  const text = lines.length === 0 ? 'no override is in force' : lines.join('\n');
  printResult(flags.json ? { items } : text, flags.json);
}

async function set(
  parameter: string,
  flags: Flags & { readonly value?: string; readonly for: string },
): Promise<void> {
  const seconds = durationOf(flags.for);
  const justification = requireJustification(flags.justification);
  const chain = await openGoverned(flags);
  const { reader, suite, document, governor } = chain;
  const id = idOfName(parameter);
  const state = await parameterState(reader, document.contracts, id);
  const value = flags.value === undefined ? state.value : parseValue(flags.value, state);
  const [{ timestamp }, decision] = await Promise.all([
    chainRequest('read the time', () => reader.getBlock()),
    decisionSeconds(reader, governor),
  ]);
  const until = Number(timestamp) + decision + seconds;
  const data = overrideData({ parameter: id, value, until, justification: explanationDigest(justification) });
  const what = `propose ${value} (${state.unit}) for ${parameter} until ${new Date(until * 1_000).toISOString()}`;
  const calls = [{ target: suite.overrideModule, value: 0n, data }];
  await proposeEmergency(chain, flags, what, { calls, justification });
}

async function clear(parameter: string, flags: Flags): Promise<void> {
  const justification = requireJustification(flags.justification);
  const chain = await openGoverned(flags);
  const { reader, suite } = chain;
  const id = idOfName(parameter);
  const [active] = await activeOverrides(reader, suite.overrideModule, [id]);
  if (active === undefined) {
    throw new UsageError('OVERRIDE_NOT_ACTIVE', `${parameter}: got no override in force, expected one`, {
      hint: 'ballast override list names those in force',
    });
  }
  const data = cancelOverrideData(id, explanationDigest(justification));
  const calls = [{ target: suite.overrideModule, value: 0n, data }];
  await proposeEmergency(chain, flags, `propose to end the override of ${parameter}`, {
    calls,
    justification,
  });
}

/** @throws UsageError `OVERRIDE_DURATION`. */
function durationOf(text: string): number {
  const [, count = '', unit = 's'] = /^(\d{1,8})([smhd])$/.exec(text) ?? [];
  const seconds = Number(count) * SECONDS[unit as keyof typeof SECONDS];
  if (count !== '' && seconds > 0 && seconds <= MAX_OVERRIDE_SECONDS) return seconds;
  throw new UsageError(
    'OVERRIDE_DURATION',
    `--for: got ${text}, expected a duration such as 90s, 30m or 12h, of 30d at most`,
  );
}

/** @throws UsageError `OVERRIDE_VALUE` unless it is a value of the parameter's unit within its bounds. */
function parseValue(text: string, { unit, limits }: ParameterState): bigint {
  const { min, max } = limits;
  const isWad = unit === 'wad' || unit === 'wad/year';
  const [, percent] = /^(\d{1,6}(?:\.\d{1,16})?)%$/.exec(text) ?? [];
  const value =
    isWad && percent !== undefined
      ? parseUnit(percent, 16)
      : /^\d{1,20}$/.test(text)
        ? BigInt(text)
        : undefined;
  if (value !== undefined && value >= min && value <= max) return value;
  throw new UsageError(
    'OVERRIDE_VALUE',
    `--value: got ${text}, expected ${min} to ${max} in ${unit}${isWad ? ', or as many percent as 5.25%' : ''}`,
  );
}

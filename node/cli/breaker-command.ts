import {
  breakerStatus,
  type Halt,
  haltData,
  haltedWords,
  haltName,
  haltText,
  parseGuardianHalt,
  parseHalt,
  type Resumption,
  requestResumeData,
  resumeData,
  SEVERITIES,
  standingHalts,
  standingOf,
} from '../../contracts/client/index.ts';
import type { DefineCommand } from './command-entry.ts';
import type { ChainFlags } from './folder.ts';
import { proposeEmergency, requireJustification } from './propose.ts';
import { openSender, type SenderFlags, sendAs, withSenderFlags } from './sender.ts';
import { printResult } from './spending.ts';
import { openGoverned, openSuite, withChain } from './suite-chain.ts';

const SCOPE = 'all, risk-raising, minting, vulnerable-minting, burning, class or parameter';
const KEY = 'class (0 to 31), collateral or parameter, by name';

type Flags = ChainFlags & SenderFlags;

export const defineBreaker: DefineCommand = (command) => {
  withChain(command.command('status'))
    .description('what is halted, by whom and since when')
    .option('--json', 'print one JSON object', false)
    .action(status);
  withSenderFlags(withChain(command.command('halt')), 'the guardian')
    .description('halt, as a guardian, at once')
    .argument('<scope>', SCOPE.replace('vulnerable-minting, ', ''))
    .argument('[key]', KEY)
    .action(halt);
  withSenderFlags(withChain(command.command('ask-resume')), 'the proposer')
    .description('put a resumption before governance; it waits the breaker’s delay after the vote')
    .argument('<scope>', SCOPE)
    .argument('[key]', KEY)
    .requiredOption('--justification <text>', 'why; goes onto the chain')
    .action(askResume);
  withSenderFlags(withChain(command.command('resume')), 'the sender: anyone')
    .description('carry out a resumption that governance has decided and whose delay is over')
    .argument('<scope>', SCOPE)
    .argument('[key]', KEY)
    .action(resume);
};

async function status(flags: ChainFlags & { readonly json: boolean }): Promise<void> {
  const { reader, suite } = await openSuite(flags);
  const address = suite.circuitBreaker;
  const [now, halts] = await Promise.all([breakerStatus(reader, address), standingHalts(reader, address)]);
  const standing = await standingOf(
    reader,
    address,
    halts.map(({ target }) => target),
  );
  if (flags.json) {
    const written = halts.map(({ target, ...halt }, i) => ({
      ...haltName(target),
      ...halt,
      resumption: standing[i]?.resumption ?? null,
    }));
    printResult({ ...now, halted: haltedWords(now), halts: written }, true);
    return;
  }
  const seen = now.observedAt === 0 ? 'never' : `at ${isoTime(now.observedAt)}`;
  const head = `severity ${now.severity} (${SEVERITIES[now.severity] ?? '?'}), halts so far: ${now.trips}, last observed ${seen}`;
  const lines = halts.map((halt, i) => haltLine(halt, standing[i]?.resumption));
  printResult([head, ...(lines.length === 0 ? ['nothing is halted'] : lines)].join('\n'), false);
}

async function halt(scope: string, key: string | undefined, flags: Flags): Promise<void> {
  const target = parseGuardianHalt(scope, key);
  const { reader, suite } = await openSuite(flags);
  const sender = await openSender(flags);
  const what = `halt ${haltText(target)}`;
  const call = { to: suite.circuitBreaker, data: haltData(target) };
  const receipt = await sendAs(sender, reader, flags, what, call);
  if (receipt === undefined) return;
  const { transactionHash } = receipt;
  const text = `halted ${haltText(target)}: ${transactionHash}\nonly governance resumes, after its delay`;
  printResult(flags.json ? { ...haltName(target), transactionHash } : text, flags.json);
}

async function askResume(
  scope: string,
  key: string | undefined,
  flags: Flags & { readonly justification: string },
): Promise<void> {
  const target = parseHalt(scope, key);
  const justification = requireJustification(flags.justification);
  const chain = await openGoverned(flags);
  const data = requestResumeData(target);
  const calls = [{ target: chain.suite.circuitBreaker, value: 0n, data }];
  await proposeEmergency(chain, flags, `propose to resume ${haltText(target)}`, { calls, justification });
}

async function resume(scope: string, key: string | undefined, flags: Flags): Promise<void> {
  const target = parseHalt(scope, key);
  const { reader, suite } = await openSuite(flags);
  const sender = await openSender(flags);
  const call = { to: suite.circuitBreaker, data: resumeData(target) };
  const receipt = await sendAs(sender, reader, flags, `resume ${haltText(target)}`, call);
  if (receipt === undefined) return;
  const { transactionHash } = receipt;
  const text = `resumed ${haltText(target)}: ${transactionHash}`;
  printResult(flags.json ? { ...haltName(target), transactionHash } : text, flags.json);
}

function haltLine({ target, kind, by, since }: Halt, resumption: Resumption | undefined): string {
  const ready =
    resumption === undefined
      ? ''
      : resumption.isCancelled
        ? '; its resumption was cancelled by a later halt'
        : `; may be resumed from ${isoTime(resumption.readyAt)}`;
  return `halted ${haltText(target)} since ${isoTime(since)}: ${kind}, ${by}${ready}`;
}

const isoTime = (seconds: number): string => new Date(seconds * 1_000).toISOString();

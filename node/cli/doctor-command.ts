import { BallastError } from '../../protocol/errors.ts';
import { createNodeReader, type NodeEndpoint, NodeFailure } from '../client/index.ts';
import type { NodeConfig } from '../config/index.ts';
import { checkVersions, examine, type Finding, problem, type RunningNode } from '../doctor/index.ts';
import type { DefineCommand } from './command-entry.ts';
import { configOf } from './folder.ts';
import { type Colour, paint } from './paint.ts';
import { passphraseSources } from './passphrases.ts';
import { endpointIn, type RunningNodeFlags, withRunningNode } from './running-node.ts';
import { printResult } from './spending.ts';
import { packageOf } from './version.ts';

export const defineDoctor: DefineCommand = (command) => {
  withRunningNode(command)
    .addHelpText(
      'after',
      '\nLooks and changes nothing. The exit code is 1 where something keeps the node from taking part.',
    )
    .action(doctor);
};

async function doctor({ json, ...flags }: RunningNodeFlags & { readonly json: boolean }): Promise<void> {
  const { version, engines } = packageOf();
  const findings = [
    ...checkVersions(version, process.versions.node, engines.node),
    ...(await examined(flags, version)),
  ];
  const problems = findings.filter(({ status }) => status === 'problem').length;
  const warnings = findings.filter(({ status }) => status === 'warning').length;
  const summary = `${counted(problems, 'problem')}, ${counted(warnings, 'warning')}`;
  const text = [...findings.flatMap(linesOf), summary].join('\n');
  printResult(json ? { findings, problems, warnings } : text, json);
  if (problems > 0) process.exitCode = 1;
}

async function examined(flags: RunningNodeFlags, release: string): Promise<readonly Finding[]> {
  let config: NodeConfig;
  let node: NodeEndpoint | undefined;
  try {
    config = await configOf(flags);
    node = await endpointIn(flags, config);
  } catch (error) {
    if (error instanceof BallastError) return [problem('configuration', error.message, error.hint)];
    throw error;
  }
  const passphrase = passphraseSources('BALLAST', { configured: config.passwordFile });
  const running = async (timeoutMs: number) => (node === undefined ? undefined : ask(node, timeoutMs));
  return examine(config, { now: Date.now, passphrase, release, running });
}

/** Undefined where nobody answers, or nobody without a token. */
async function ask(node: NodeEndpoint, timeoutMs: number): Promise<RunningNode | undefined> {
  try {
    return await createNodeReader({ node, timeoutMs }).peers();
  } catch (error) {
    if (error instanceof NodeFailure) return undefined;
    throw error;
  }
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const COLOURS: Readonly<Record<Finding['status'], Colour>> = {
  ok: 'green',
  warning: 'yellow',
  problem: 'red',
  skipped: 'dim',
};
const STATUS_WIDTH = 'problem'.length;
const CHECK_WIDTH = 'configuration'.length;

function linesOf({ check, status, message, remedy }: Finding): readonly string[] {
  const line = `${paint(COLOURS[status], status.padEnd(STATUS_WIDTH))}  ${check.padEnd(CHECK_WIDTH)}  ${message}`;
  if (remedy === undefined) return [line];
  return [line, `${' '.repeat(STATUS_WIDTH + CHECK_WIDTH + 4)}→ ${remedy}`];
}

import { Command } from 'commander';
import { addBackupCommand } from './backup-command.ts';
import { addBlsKeyCommand } from './bls-key-command.ts';
import { addBreakerCommand } from './breaker-command.ts';
import { type AddCommands, addNodeCommands } from './commands.ts';
import { addCommitteeCommand } from './committee-command.ts';
import { addContractsCommand } from './contracts-command.ts';
import { addDataCommand } from './data-command.ts';
import { addDeployCommand } from './deploy-command.ts';
import { explainError } from './errors.ts';
import { addEvaluateCommand } from './evaluate-command.ts';
import { addEvidenceCommand } from './evidence-command.ts';
import { addExitCommand } from './exit-command.ts';
import { addInitCommand } from './init-command.ts';
import { addOverrideCommand } from './override-command.ts';
import { takePassphrases } from './passphrases.ts';
import { addPlanCommand } from './plan-command.ts';
import { addPrivacyCommand } from './privacy-command.ts';
import { addProposalCommand } from './proposal-command.ts';
import { addRegisterCommand } from './register-command.ts';
import { addRestoreCommand } from './restore-command.ts';
import { addVerifyCommand } from './verify-command.ts';

/**
 * The `ballast` command.
 *
 * @param entry the file it was started by, with which it starts processes of its own.
 * @returns the exit code.
 */
export async function runCommandLine(
  argv: readonly string[],
  entry: string,
  ...more: AddCommands[]
): Promise<number> {
  takePassphrases();
  const program = new Command('ballast')
    .description('A federated-learning network of stability nodes')
    .showSuggestionAfterError(true)
    .configureOutput({
      // One line, with commander's suggestion on it.
      outputError: (text, write) =>
        write(
          `${text
            .trim()
            .replace(/^error: /, 'ballast: ')
            .replaceAll(/\s*\n\s*/g, ' ')}\n`,
        ),
    })
    .exitOverride();
  for (const add of [
    addNodeCommands,
    addDataCommand,
    addEvaluateCommand,
    addVerifyCommand,
    addPrivacyCommand,
    addInitCommand,
    addPlanCommand,
    addCommitteeCommand,
    addDeployCommand,
    addContractsCommand,
    addBreakerCommand,
    addOverrideCommand,
    addProposalCommand,
    addRegisterCommand,
    addBlsKeyCommand,
    addExitCommand,
    addEvidenceCommand,
    addBackupCommand,
    addRestoreCommand,
    ...more,
  ])
    add(program, entry);
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    const { lines, exitCode } = explainError(error);
    for (const line of lines) process.stderr.write(`${line}\n`);
    return exitCode;
  }
}

import { Option } from 'commander';
import { parseLevel, parseModuleLevels } from '../logging/config.ts';
import { LEVELS, MODULES } from '../logging/levels.ts';
import type { DefineCommand } from './command-entry.ts';
import { endpointsOption, withFolder } from './folder.ts';
import { type RunNodeOptions, runNode } from './run-node.ts';

export const defineNode: DefineCommand = (command) => {
  withFolder(command)
    .addOption(endpointsOption())
    .option('--archive', 'keep the bodies, models and transcripts of all rounds', false)
    .option(
      '--shadow <model>',
      'a candidate that forecasts beside the published model and moves nothing, while the node takes part as ever: a model file, or version:N',
    )
    .option('--log-level <level>', `how much is logged: ${LEVELS.join(', ')}; info unless given`, parseLevel)
    .option(
      '--log-level-module <levels>',
      `levels of single modules, as in network=debug,chain=debug; of ${MODULES.join(', ')}`,
      parseModuleLevels,
    )
    .addOption(new Option('--log-format <form>', 'of what is printed').choices(['human', 'json']))
    .option(
      '--dry-run',
      'train, vote and recommend on a copy of the data folder, log what would be sent, and send nothing',
      false,
    )
    .option('--json', 'print every event as a line of JSON; end when standard input ends', false)
    .action(async (flags: RunNodeOptions) => runNode(flags));
};

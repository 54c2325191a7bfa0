import type { DefineCommand } from './command-entry.ts';
import { endpointsOption, withFolder } from './folder.ts';
import { type RunNodeOptions, runNode } from './run-node.ts';

export const defineNode: DefineCommand = (command) => {
  withFolder(command)
    .addOption(endpointsOption())
    .option('--archive', 'keep the bodies, models and transcripts of all rounds', false)
    .option(
      '--shadow <model>',
      'a candidate that forecasts beside the published model and moves nothing: a model file, or version:N',
    )
    .option('--json', 'print every event as a line of JSON; end when standard input ends', false)
    .action(async (flags: RunNodeOptions) => runNode(flags));
};

import { join } from 'node:path';
import type { NetworkDocument } from '../../protocol/network.ts';
import type { NodeConfig } from '../config/index.ts';
import { createLogger, entryOf, humanLine, RotatingFile, roundStatus } from '../logging/index.ts';
import type { NodeView } from '../runtime/index.ts';
import type { ServiceEvent } from '../service/index.ts';
import { paint } from './paint.ts';

export type NodeLog = {
  readonly tell: (event: ServiceEvent) => void;
  /** Warns of something that is no event of the node. */
  readonly warn: (message: string, fields: Readonly<Record<string, unknown>>) => void;
  readonly close: () => void;
};

/** Where the log of a node is, beneath its data folder. */
export const logFolderOf = (dataDir: string): string => join(dataDir, 'logs');

/**
 * The log of a running node: on standard output, and in files beneath its data folder.
 *
 * @param quiet without standard output, where that has the events themselves.
 */
export function openLog(
  { log = {}, dataDir, privacy }: Pick<NodeConfig, 'log' | 'dataDir' | 'privacy'>,
  { parameters }: NetworkDocument,
  quiet: boolean,
  view: () => NodeView,
): NodeLog {
  const { format = 'human', file: keepsFile = true } = log;
  const file = keepsFile
    ? new RotatingFile({ folder: logFolderOf(dataDir), after: join(dataDir, 'format.json') })
    : undefined;
  const logger = createLogger(log, (line) => {
    file?.write(line);
    if (quiet) return;
    process.stdout.write(format === 'json' ? line : `${humanLine(line.trimEnd(), paint)}\n`);
  });
  const epsilonBudget = privacy?.epsilonBudget ?? parameters.privacy.epsilonBudget;
  return {
    tell: (event) => {
      if (event.event === 'decided') logger.log(roundStatus(event, view(), epsilonBudget));
      logger.log(entryOf(event));
    },
    warn: (message, fields) => logger.log({ module: 'node', level: 'warn', message, fields }),
    close: () => file?.close(),
  };
}

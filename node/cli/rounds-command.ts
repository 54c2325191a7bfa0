import type { NodeRound, Page } from '../client/index.ts';
import type { DefineCommand } from './command-entry.ts';
import { type PageFlags, pageOptions, pageText, withPage } from './pages.ts';
import { tellOf, withRunningNode } from './running-node.ts';

export const defineRounds: DefineCommand = (command) => {
  withPage(withRunningNode(command), 'rounds').action((flags: PageFlags) =>
    tellOf(flags, (reader) => reader.rounds(pageOptions(flags)), roundsText),
  );
};

function roundsText(page: Page<NodeRound>): string {
  const rows = page.items.map(({ round, outcome, version, modelDigest, selected, sealed, reason }) => [
    String(round),
    outcome,
    String(version),
    modelDigest.slice(0, 16),
    `${selected}/${sealed}`,
    reason,
  ]);
  return pageText(['round', 'outcome', 'version', 'model', 'updates', 'reason'], rows, page, 'no round yet');
}

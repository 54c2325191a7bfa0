import type { NodeModel, Page } from '../client/index.ts';
import type { DefineCommand } from './command-entry.ts';
import { type PageFlags, pageOptions, pageText, withPage } from './pages.ts';
import { tellOf, withRunningNode } from './running-node.ts';

export const defineModels: DefineCommand = (command) => {
  withPage(withRunningNode(command), 'versions').action((flags: PageFlags) =>
    tellOf(flags, (reader) => reader.models(pageOptions(flags)), modelsText),
  );
};

function modelsText(page: Page<NodeModel>): string {
  const rows = page.items.map(({ version, round, modelDigest, contributors, privacy }) => [
    String(version),
    String(round),
    modelDigest.slice(0, 16),
    contributors === null ? '-' : String(contributors.length),
    privacy === null ? '-' : (privacy.epsilon?.toFixed(3) ?? 'no guarantee'),
  ]);
  return pageText(['version', 'round', 'model', 'contributors', 'ε at most'], rows, page, 'no version yet');
}

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { REFUSALS, refusalText } from '../refusals.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Codes that end on another node's message or update: told apart by how they begin. */
const CODE =
  /'((?:MESSAGE|UPDATE|BODY|PROPOSAL|EVIDENCE|COMPRESSED|VIEW_CHANGE)_[A-Z0-9_]+|NODE_(?:CANARY|QUARANTINED)|COMMIT_SIGNATURE)'/g;
const FOLDERS = 'protocol,coordinator,aggregation/compression,node/network';
const DOOR = 'node/runtime/gossip.ts';

function codesOfSource(): string[] {
  const files = globSync([`{${FOLDERS}}/**/*.ts`, DOOR], { cwd: ROOT }).filter(
    (path) => !/(^|\/)test\//.test(path),
  );
  const codes = files.flatMap((path) =>
    [...readFileSync(join(ROOT, path), 'utf8').matchAll(CODE)].map(([, code]) => code ?? ''),
  );
  return [...new Set(codes)].sort();
}

describe('refusals', () => {
  it('have a meaning and a remedy, every code of the source', () => {
    const codes = codesOfSource();
    expect(codes).to.include.members(['UPDATE_NORM', 'MESSAGE_TOO_OFTEN', 'NODE_QUARANTINED']);
    expect(codes.filter((code) => REFUSALS[code] === undefined)).to.deep.equal([]);
  });

  it('stand in docs/refusals.md as they are here, in order', () => {
    const page = readFileSync(join(ROOT, 'docs/refusals.md'), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    const codes = Object.keys(REFUSALS).sort();
    const wanted = codes.map(
      (code) => `| \`${code}\` | ${REFUSALS[code]?.meaning} | ${REFUSALS[code]?.remedy} |`,
    );
    expect(rows).to.deep.equal(wanted);
  });

  it('are said in one line, an unknown one as its code', () => {
    expect(refusalText('UPDATE_NORM')).to.match(/^UPDATE_NORM: .+; .+$/);
    expect(refusalText('SOMETHING_NEW')).to.equal('SOMETHING_NEW');
  });
});

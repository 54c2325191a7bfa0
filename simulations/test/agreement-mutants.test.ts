import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { AGREEMENT_MUTANTS } from './mutants/agreement-mutants.ts';
import { applied } from './mutants/apply.ts';
import { tryMutant } from './mutants/try-mutant.ts';

const ROOT = new URL('../../', import.meta.url);

describe('mutants of the agreement', () => {
  it('fit the code as it is', () => {
    for (const mutant of AGREEMENT_MUTANTS) {
      for (const path of new Set(mutant.edits.map((edit) => edit.path))) {
        const text = readFileSync(new URL(path, ROOT), 'utf8');
        expect(applied(mutant, path, text), mutant.name).to.not.equal(text);
      }
    }
  });

  it('are refused where their text is not there', () => {
    const mutant = {
      name: 'stale',
      breaks: 'nothing',
      edits: [{ path: 'a.ts', find: 'no such text', replace: '' }],
    };
    expect(() => applied(mutant, 'a.ts', 'some text'))
      .to.throw('stands 0 times in a.ts')
      .with.property('code', 'MUTANT_STALE');
  });

  // The others are tried by `npm run soak:mutants`.
  for (const [name, code] of [
    ['forgotten-lock', 'LOCK_LOST'],
    ['early-vote', 'SENT_BEFORE_STORED'],
    ['quorum-2f+1', 'CERTIFICATE_INVALID'],
  ]) {
    it(`${name} is found out by the first seeds`, async function () {
      this.timeout(120_000);
      const mutant = AGREEMENT_MUTANTS.find((each) => each.name === name);
      if (mutant === undefined) throw new Error(`no mutant ${name}`);
      const { broken } = await tryMutant(mutant, 5);
      expect(broken?.violations[0]?.code).to.equal(code);
    });
  }
});

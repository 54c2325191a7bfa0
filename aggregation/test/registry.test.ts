import { expect } from 'chai';
import { createRule, ruleEntry, ruleNames, toleratedLiars } from '../index.ts';
import { optionNames } from '../options.ts';
import { errorOf } from './support.ts';

describe('registry of rules', () => {
  it('makes every rule under its own name', () => {
    for (const name of ruleNames) {
      const f = ruleEntry(name).kind === 'averaging' ? 0 : 2;
      const rule = createRule(name, { f });
      expect(rule.name).to.equal(name);
      expect(rule.f, name).to.equal(f);
      expect(rule.requirement).to.equal(ruleEntry(name).condition.text);
    }
  });

  it('takes the options that an entry names, and no others', () => {
    for (const name of ruleNames) {
      const { options, kind } = ruleEntry(name);
      for (const option of optionNames) {
        const given = { ...(kind === 'averaging' ? {} : { f: 1 }), [option]: Number.NaN };
        const { code, message } = errorOf(() => createRule(name, given));
        expect(code, `${name}: ${option}`).to.equal('RULE_OPTION');
        expect(message.includes('takes no option'), `${name}: ${option}`).to.equal(!options.includes(option));
      }
    }
  });

  it('suggests the closest name for an unknown one', () => {
    const error = errorOf(() => createRule('multikrum', { f: 1 }));
    expect(error.code).to.equal('RULE_UNKNOWN');
    expect(error.message).to.include('"multikrum"').and.include('trimmed-mean');
    expect(error.hint).to.equal('did you mean multi-krum?');
  });

  for (const name of ['zzzzzzzz', '', 'toString', '__proto__', 'constructor']) {
    it(`does not know "${name}"`, () => {
      expect(errorOf(() => createRule(name, { f: 1 })).code).to.equal('RULE_UNKNOWN');
    });
  }

  it('asks for f where liars are borne', () => {
    for (const name of ruleNames.filter((n) => ruleEntry(n).kind !== 'averaging')) {
      for (const options of [{}, { f: -1 }, { f: 0.5 }, { f: Number.NaN }]) {
        const error = errorOf(() => createRule(name, options));
        expect(error.code).to.equal('RULE_OPTION');
        expect(error.message).to.include(name).and.include('f is').and.include('whole number');
      }
    }
  });

  it('refuses an option that the rule does not take', () => {
    const error = errorOf(() => createRule('krum', { f: 1, m: 3 }));
    expect(error.code).to.equal('RULE_OPTION');
    expect(error.message).to.equal('krum takes no option m, expected f');
    expect(errorOf(() => createRule('median', { f: 1, weightCap: 3 })).code).to.equal('RULE_OPTION');
  });

  it('says how many liars a rule bears with n rows', () => {
    const named = ['fedavg', 'krum', 'multi-krum', 'median', 'trimmed-mean'];
    const table = [1, 2, 3, 4, 5, 7, 50].map((n) => named.map((name) => toleratedLiars(name, n)));
    expect(table).to.deep.equal([
      [0, undefined, undefined, 0, 0],
      [0, undefined, undefined, 0, 0],
      [0, 0, 0, 1, 1],
      [0, 0, 0, 1, 1],
      [0, 1, 1, 2, 2],
      [0, 2, 2, 3, 3],
      [0, 23, 23, 24, 24],
    ]);
    for (const name of ruleNames) {
      for (let n = 1; n < 30; n++) {
        const { condition, kind } = ruleEntry(name);
        const f = toleratedLiars(name, n);
        if (kind === 'averaging') expect(f).to.equal(condition.minRows(0) <= n ? 0 : undefined);
        else if (f === undefined) expect(condition.minRows(0)).to.be.greaterThan(n);
        else expect([condition.minRows(f) <= n, condition.minRows(f + 1) <= n]).to.deep.equal([true, false]);
      }
    }
  });

  it('says in the hint what can be done about too few rows', () => {
    const error = errorOf(() => createRule('krum', { f: 2 }).check(5));
    expect(error.message).to.equal('krum needs n ≥ 2f + 3, that is 7 rows for f = 2; given n = 5');
    expect(error.hint).to.equal('wait for 2 more; 5 rows bear f = 1 at most');
    expect(errorOf(() => createRule('krum', { f: 0 }).check(2)).hint).to.equal('wait for 1 more');
  });
});

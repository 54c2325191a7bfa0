import { createRule, ruleEntry, ruleNames } from '../index.ts';
import { describeLaws } from './laws.ts';

describe('laws of the aggregation rules', () => {
  for (const name of ruleNames) {
    describeLaws({ name, entry: ruleEntry(name), make: (f) => createRule(name, { f }) });
  }
});

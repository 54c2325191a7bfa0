import { composedSubjects } from './law-compositions.ts';
import { ruleSubjects } from './law-subjects.ts';
import { describeLaws } from './laws.ts';

describe('laws of the aggregation rules', () => {
  for (const subject of ruleSubjects()) describeLaws(subject);
});

describe('laws of rules behind pre-aggregators', () => {
  for (const subject of composedSubjects()) describeLaws(subject);
});

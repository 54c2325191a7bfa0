import { ruleSubjects } from './law-subjects.ts';
import { describeLaws } from './laws.ts';

describe('laws of the aggregation rules', () => {
  for (const subject of ruleSubjects()) describeLaws(subject);
});

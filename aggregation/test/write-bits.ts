/** `node aggregation/test/write-bits.ts`: writes anew what `bits.test.ts` compares with, after a rule was redefined. */
import { writeFileSync } from 'node:fs';
import { bitsOf } from './bits.ts';
import { composedSubjects } from './law-compositions.ts';
import { ruleSubjects } from './law-subjects.ts';

const subjects = [...ruleSubjects(), ...composedSubjects()];
const bits = Object.fromEntries(subjects.map((subject) => [subject.name, bitsOf(subject)]));
writeFileSync(new URL('./vectors/bits.json', import.meta.url), `${JSON.stringify(bits, null, 2)}\n`);

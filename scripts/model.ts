/**
 * `npm run model`: explores the model of the agreement, whole and with each of its mistakes.
 *
 * The exit code is 1 when the model as it stands has an error, or when a mistake is not found.
 */
import { exploreAgreement, MISTAKES, missingTools } from './model/explore.ts';

const VIEWS = [2, 3];

const missing = await missingTools();
if (missing.length > 0) {
  console.error(`model: ${missing.join(' and ')} not found, expected Debian's packages of these names`);
  process.exit(2);
}
let isAsExpected = true;
for (const { views, name } of [...VIEWS.map((views) => ({ views, name: undefined })), ...MISTAKES]) {
  const { errors, states, depth, isWhole } = await exploreAgreement(views, name);
  isAsExpected &&= name === undefined ? errors === 0 && isWhole : errors > 0;
  const told = `${states} states, depth ${depth}${errors > 0 || isWhole ? '' : ', not to its end'}`;
  console.log(`${views} views  ${(name ?? 'as it stands').padEnd(15)} ${errors} errors  ${told}`);
}
process.exitCode = isAsExpected ? 0 : 1;

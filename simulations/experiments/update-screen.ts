import { parseArgs } from 'node:util';
import { contentDigest, openUpdate, suspectedCopies } from '../../coordinator/index.ts';
import { digestOf } from '../../protocol/digest.ts';
import { seededRandom } from '../world/random.ts';
import { honestOffer, JUNK, JUNK_PARAMETERS, measureJunk, UNSEEN } from './update-junk.ts';

// What the screen of updates costs for each, and what it catches, by class of junk:
//
//     node simulations/experiments/update-screen.ts --size 100000 --rounds 100

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
  },
});
const [size, rounds] = [Number(values.size), Number(values.rounds)];
const print = (line: string) => process.stdout.write(`${line}\n`);
const random = seededRandom(`update-screen/${values.seed}`);

const TIMED = 50;
const offers = Array.from({ length: TIMED }, () => honestOffer(random, size));
const cpu = offers
  .map(({ body, header }) => {
    const before = process.cpuUsage();
    contentDigest(openUpdate(body, header, JUNK_PARAMETERS), JUNK_PARAMETERS);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  })
  .sort((a, b) => a - b);
print(`d = ${size}: ${at(0.5)} ms of CPU an update (median of ${TIMED}), ${at(0.99)} ms at most`);

const updates = offers.map(({ node, body, header }) => ({
  node,
  update: openUpdate(body, header, JUNK_PARAMETERS),
}));
const started = performance.now();
const pairs = suspectedCopies(updates, digestOf('ballast/simulation/beacon', 0)).length;
print(
  `${TIMED} updates compared in ${(performance.now() - started).toFixed(1)} ms, ${pairs} pairs suspected`,
);

const { honest, junk } = measureJunk(random, Math.min(size, 1_000), rounds);
print(`honest: ${honest.dropped} of ${honest.offered} dropped (${share(honest.dropped, honest.offered)})`);
for (const { name, offered, caught, codes } of junk)
  print(`${name.padEnd(28)}${share(caught, offered).padStart(7)}  ${codes.join(' ') || 'left to the rule'}`);
const seen = junk.filter(({ name }) => name in JUNK);
const [caught, offered] = [sum(seen.map((each) => each.caught)), sum(seen.map((each) => each.offered))];
print(
  `junk of ${seen.length} classes: ${share(caught, offered)} caught; ${Object.keys(UNSEEN).length} classes are none of it`,
);

function at(quantile: number): string {
  return (cpu[Math.min(cpu.length - 1, Math.floor(quantile * cpu.length))] ?? 0).toFixed(2);
}

function share(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

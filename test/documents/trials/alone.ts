import type { Trial } from '../trial.ts';

/** A federation that trains in a second. */
const SMALL = ['--nodes', '6', '--byzantine', '1', '--rounds', '1'];
const SHORT = ['--horizons', '24', '--resamples', '50', '--rounds', '1'];
const RECORDED = { '../shared/data': 'data' };

/** What needs no network. `data` is a folder with recorded prices. */
export const ALONE: readonly Trial[] = [
  { shown: 'ballast --help', says: /^Usage: ballast .*Found a network:/s },
  { shown: 'ballast <command> --help', fill: { '<command>': 'purge' }, says: /^Usage: ballast purge/ },
  { shown: 'npm start -- --help', says: /^Usage: ballast devnet .*--voting-seconds/s },
  { shown: 'ballast completion fish > ~/.config/fish/completions/ballast.fish', says: /complete -c ballast/ },
  { shown: 'ballast config keys', says: /^api\.port +BALLAST_API_PORT\b/m },
  { shown: 'ballast plan > plan.json', says: /"name": "rehearsal"/ },
  {
    shown: 'ballast committee --nodes 41 50 100 200 500 1200 4096 --corrupt-share 0.15',
    says: /\b4096\b/,
  },
  {
    shown:
      'ballast simulate --nodes 20 --byzantine 4 --attack alie --z 1.5 --rule nnm+trimmed-mean --rounds 30 --seed 1',
    more: SMALL,
    says: /^6 nodes, 1 alie \(z = 1\.5\) · nnm\+trimmed-mean, f = 1 · 1 rounds? .*seed 1\n/,
  },
  {
    shown:
      'node bin/ballast.js simulate --nodes 20 --byzantine 4 --boost 10 --no-norm-check --rule nnm+trimmed-mean',
    more: SMALL,
    says: /^6 nodes, 1 sign-flip \(boost = 10\) .*left out 1 of 1 liar, 0 of 5 honest/s,
  },
  { shown: 'npx ballast data list data', says: /\.csv: sha256 [0-9a-f]{64}, \d+ bytes/ },
  { shown: 'npx ballast data check data', says: /: candles-1h, .* rows, .*\n/ },
  { shown: 'npx ballast data check ../shared/data', fill: RECORDED, says: /rows/ },
  {
    shown: 'npx ballast evaluate --generator 1',
    more: ['--days', '150', ...SHORT],
    says: /skill against B2, .*wrote .*ballast-evaluation\.html/s,
  },
  {
    shown: 'npx ballast evaluate ../shared/data',
    fill: RECORDED,
    more: SHORT,
    says: /skill against B2, .*wrote .*ballast-evaluation\.html/s,
  },
  {
    shown: 'npx ballast evaluate ../shared/data --json',
    fill: RECORDED,
    more: SHORT,
    says: /^\{.*"B2"/,
  },
  {
    shown: 'ballast evaluate ../shared/data --heads 1,4,24 --rounds 30',
    fill: RECORDED,
    more: ['--horizons', '24', '--resamples', '50', '--rounds', '1'],
    says: /wrote .*ballast-evaluation\.html/,
  },
];

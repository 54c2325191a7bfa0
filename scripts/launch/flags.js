/**
 * npm keeps every `--flag` that stands before `--` for itself and passes it on as an environment variable,
 * so that `npm start --rounds 5` arrives as the lone argument `5`. Running with other values than those asked
 * for would be worse than not running.
 */
const FLAGS = {
  start: {
    withValue: [
      'rounds',
      'nodes',
      'byzantine',
      'attack',
      'rule',
      'privacy',
      'data',
      'seed',
      'boost',
      'data-dir',
      'kernels',
      'prox',
      'sampling-rate',
      'record',
      'collaterals',
      'selection',
      'epoch-rounds',
      'joining',
      'voting-seconds',
    ],
    // `--audit` is not here: npm has a setting of that name, which says nothing about a devnet. Nor is `--prox` seen
    // where npm takes it for short for its own `--proxy`; npm itself warns of the value then.
    bare: ['exit', 'json', 'bls', 'gate', 'norm-check'],
  },
  test: { withValue: ['grep'], bare: [] },
};

/**
 * The line to print when flags of `command` were written where npm takes them, or undefined when none were.
 *
 * @param {string} command the launcher's command
 * @param {readonly string[]} rest the arguments that did arrive
 * @param {Record<string, string | undefined>} env the environment, with npm's `npm_config_*`
 * @returns {string | undefined}
 */
export function misplacedFlags(command, rest, env) {
  if (!Object.hasOwn(FLAGS, command)) return undefined;
  const { withValue, bare } = FLAGS[command];
  const given = (flag) => env[`npm_config_${flag.replaceAll('-', '_')}`];

  // npm stores `--rounds 5` as rounds=true and hands on the 5; it does not keep the order of its flags, so a
  // value can be put back only where a single flag lost one.
  const bereft = withValue.filter((flag) => given(flag) === 'true');
  const lost = bereft.length === 1 ? rest.find((argument) => !argument.startsWith('-')) : undefined;
  const words = [];
  for (const flag of [...withValue, ...bare]) {
    const value = given(flag);
    if (value === undefined) continue;
    if (value === '') words.push(`--no-${flag}`);
    else if (bare.includes(flag)) words.push(`--${flag}`);
    else words.push(`--${flag}`, value === 'true' ? (lost ?? '…') : value);
  }
  if (words.length === 0) return undefined;
  return `npm took ${words.filter((word) => word.startsWith('--')).join(' ')} for itself; write it after two dashes: npm ${command} -- ${words.join(' ')}`;
}

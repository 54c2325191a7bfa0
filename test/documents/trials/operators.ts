import type { Trial } from '../trial.ts';

/** What README's network of four operators is asked while its nodes run. */
export const WHILE_RUNNING: readonly Trial[] = [
  {
    shown:
      'BALLAST_API_PORT=9480 BALLAST_RPC_URL=https://rpc.example/v2/secret ballast config print --folder node-1 --set aggregation.threads=1',
    says: /^rpc +https:\/\/rpc\.example\/<hidden> +BALLAST_RPC_URL +BALLAST_RPC$.*^aggregation\.threads +1 +--set aggregation\.threads .*^api\.port +9480 +BALLAST_API_PORT +BALLAST_API_PORT$/ms,
  },
  {
    shown: 'ballast doctor --config node-1/config.json',
    says: /^skipped {2}privacy .*^ok +chain +rpc .*^0 problems, /ms,
  },
  {
    shown: 'ballast status --folder node-1',
    says: /^node 12D3KooW\w+, member of epoch 0\nnetwork [0-9a-f]{64}\nround \d+ decided, .*^3 peers$/ms,
    varies: /^(?:ready|own update|standing|no problems)/,
  },
  { shown: 'ballast peers', more: ['--folder', 'node-1'], says: /^(?:.*12D3KooW.*\n){3}/m },
  { shown: 'ballast logs --folder node-1 --lines 1', says: /^\d{4}-\S+Z (?:info|warn) +[a-z]+: .*\n$/ },
  {
    shown: 'ballast privacy --folder node-1 --rounds 40',
    says: /^covers: a day of examples .*^spent: ε = .*^40 more rounds: /ms,
    varies: /^(?:high|normal): /,
  },
  { shown: 'curl http://127.0.0.1:9471/readyz', says: /"status": ?"(?:ready|syncing)"/ },
  {
    shown: "curl -N 'http://127.0.0.1:9470/v1/events?after=0'",
    // The stream has no end.
    more: ['--max-time', '1'],
    code: 28,
    says: /^event: \w+$/m,
  },
];

/** What a stranger to the network asks with `ballast/client`. */
export const AS_CONSUMER: readonly Trial[] = [
  {
    shown: 'node example.mjs http://127.0.0.1:9470 http://127.0.0.1:8545 0x…',
    says: /^version \d+ [0-9a-f]{8}: \d+ weights, fee 5\.\d\d %\n(?:peg in \d+ h: .* bp\n)+$/,
  },
];

/** Ways to start a node, each for one of them; what it prints is looked at where it is started. */
export const STARTS = {
  first: {
    shown: 'ballast node --folder node-1 --set traces.endpoint=http://127.0.0.1:4318',
    says: /^/,
  },
  second: {
    shown: 'ballast node --archive',
    also: ['ballast node --json'],
    more: ['--folder', 'node-2', '--set', 'api.tokens=tokens'],
    says: /^/,
  },
  third: { shown: 'ballast node --shadow candidate.json', more: ['--folder', 'node-3'], says: /^/ },
  fourth: { shown: 'ballast node --folder node', fill: { node: 'node-4' }, says: /^/ },
  fourthAgain: {
    shown: 'ballast node --shadow version:12',
    fill: { 'version:12': 'version:1' },
    more: ['--folder', 'node-4'],
    says: /^/,
  },
  fourthRestored: { shown: 'ballast node --rpc URL', more: ['--folder', 'node-4'], says: /^/ },
  thirdDry: { shown: 'ballast node --dry-run', more: ['--folder', 'node-3'], says: /^/ },
} as const satisfies Record<string, Trial>;

export const BACKUP: Trial = {
  shown: 'ballast backup node-4.backup --folder node-4',
  says: /^wrote \S*node-4\.backup: node 12D3KooW\w+, \d+ ledger and \d+ vote entries, up to round \d+\n$/,
};

export const RESTORE: Trial = {
  shown: 'ballast restore node-4.backup --folder node-4',
  says: /^restored node 12D3KooW\w+ as of \S+Z: \d+ ledger and \d+ vote entries\n$/,
};

const OF_NODE_1 = ['--folder', 'node-1', '--passphrase-file', 'pass'];

/** What is done when the nodes have stopped, with the same log. */
export const WHEN_STOPPED: readonly Trial[] = [
  {
    shown: 'ballast verify --folder node-1',
    says: /^\d+ rounds: votes of \d+, transcripts of \d+, bodies of \d+, beacons of \d+\nhead: round \d+, version \d+ [0-9a-f]{64}, which is the chain's\n$/,
  },
  {
    shown: 'ballast verify --data-dir node-1/data --network network.json --rpc http://127.0.0.1:8545',
    says: /, which is the chain's\n$/,
  },
  { shown: 'ballast backup node-1.backup --folder node-1', says: /^wrote / },
  {
    shown: 'ballast purge --models --folder node-1 --dry-run',
    says: /^would delete \d+ entries, \d+\.\d MiB, of rounds up to \d+; keys, votes and ledger stay\n$/,
  },
  {
    shown: 'ballast privacy export FILE',
    more: OF_NODE_1,
    says: /^wrote \S+: \d+ releases of node 12D3KooW/,
  },
  { shown: 'ballast privacy verify FILE', says: /^sound: \d+ releases, ε = .*\nsigned by node 12D3KooW/ },
  {
    shown: 'ballast evidence list --folder node-1',
    says: /^no proofs\n$/,
    // Nobody has lied here.
    varies: /^round /,
  },
  { shown: 'ballast evidence submit --folder node-1 --yes', says: /^nothing is open\n$/ },
  {
    shown: 'ballast contracts --rpc URL',
    says: /^(?:\S+ 0x[0-9a-f]{40}\n)+\d+ contracts are what the file says, and name each other\n$/,
  },
  {
    shown: 'ballast bls-key --folder node',
    fill: { node: 'node-1' },
    more: ['--yes'],
    says: /^registered: 0x[0-9a-f]{64}\nit counts from the next committee on\n$/,
  },
  {
    shown: 'npx ballast evaluate ../shared/data --model m.json',
    fill: { '../shared/data': 'data' },
    more: ['--horizons', '24', '--resamples', '50'],
    says: /wrote .*ballast-evaluation\.html/,
  },
];

const PASS = ['--passphrase-file', 'pass'];

export const KEYS_OF_A_FIFTH: readonly Trial[] = [
  {
    shown: 'ballast init --folder node',
    more: [...PASS, '--rpc', 'URL'],
    says: /^node 12D3KooW\w+\nhot address 0x/,
  },
  { shown: 'ballast init --stake --folder cold', more: PASS, says: /^stake address 0x/ },
];

/** A fifth operator comes, and leaves; what a founder does again finds that it is done. */
export const COMING_AND_GOING: readonly Trial[] = [
  {
    shown: `curl -H 'content-type: application/json' http://127.0.0.1:8545 -d '{"jsonrpc":"2.0","id":1,"method":"anvil_setBalance","params":["0x44b3…","0x8ac7230489e80000"]}'`,
    says: /"result":null/,
  },
  {
    shown: 'ballast register --owner 0x… --print-transaction',
    more: ['--folder', 'node'],
    says: /^\{"chainId":31337,"from":"0x.*"data":"0x/,
  },
  {
    shown: 'ballast register --folder node --stake-keystore cold/stake-keystore.json',
    more: ['--stake-passphrase-file', 'pass', '--yes'],
    says: /^registered: 0x[0-9a-f]{64}\nthe bond comes back 7\.0 days after an exit\n$/,
  },
  {
    shown: 'ballast deploy plan.json --rpc URL --deployer-keystore gov/stake-keystore.json',
    more: [...PASS, '--yes'],
    says: /^wrote network\.json\nwrote network\.contracts\.json\n/,
  },
  {
    shown: 'ballast activate --rpc URL --deployer-keystore gov/stake-keystore.json',
    more: [...PASS, '--yes'],
    says: /^already-active: network [0-9a-f]{64} with 5 operators registered now, first beacon at block \d+\n/,
  },
  {
    shown: 'ballast exit --folder node --stake-keystore cold/stake-keystore.json',
    more: ['--stake-passphrase-file', 'pass', '--yes'],
    says: /^left: 0x/,
  },
  {
    shown:
      'ballast exit --folder node-3 --stake-keystore cold-3/stake-keystore.json --stake-passphrase-file pass --yes',
    says: /^left: 0x[0-9a-f]{64}\nkeep the node running until the next committee; the bond is due at \S+Z\n$/,
  },
];

const HALT =
  'ballast breaker halt parameter STABILITY_FEE $F --keystore .ballast/devnet/people/guardian.json';
const ASK =
  "ballast breaker ask-resume parameter STABILITY_FEE --justification 'the drill is over' $F --keystore .ballast/devnet/people/identity-1.json";
const VOTE =
  'ballast proposal vote 1038962 for --votes 10 $F --keystore .ballast/devnet/people/identity-1.json';
const ADVANCE =
  'ballast proposal advance 1038962 --wait $F --keystore .ballast/devnet/people/identity-3.json';

/** A halt and the way back, by the keys of a devnet's people. */
export const DRILL = {
  halt: {
    shown: HALT,
    says: /^halted parameter STABILITY_FEE: 0x[0-9a-f]{64}\nonly governance resumes, after its delay\n$/,
  },
  ask: { shown: ASK, says: /^proposed: 0x[0-9a-f]{64}\nproposal \d+\nnext: identities vote / },
  vote: { shown: VOTE, says: /^voted: 0x[0-9a-f]{64}\n$/ },
  advance: { shown: ADVANCE, says: /^queued: 0x[0-9a-f]{64}\nexecuted: 0x[0-9a-f]{64}\n$/ },
  status: {
    shown: 'ballast breaker status --rpc http://127.0.0.1:41389 --network .ballast/devnet/network.json',
    says: /^halted parameter STABILITY_FEE since \S+Z: guardian, 0x[0-9a-f]{40}; may be resumed from \S+Z$/m,
  },
  override: {
    shown: 'ballast override set',
    more: [
      ...['STABILITY_FEE', '--for', '12h', '--justification', 'a drill', '$F'],
      ...['--keystore', '.ballast/devnet/people/identity-1.json'],
    ],
    says: /^proposed: 0x/,
  },
  proposals: {
    shown: 'ballast proposal list',
    more: ['--rpc', 'URL', '--network', '.ballast/devnet/network.json'],
    says: /STABILITY_FEE/,
  },
} as const satisfies Record<string, Trial>;

export const OPERATORS: readonly Trial[] = [
  ...WHILE_RUNNING,
  ...AS_CONSUMER,
  ...Object.values(STARTS),
  BACKUP,
  RESTORE,
  ...WHEN_STOPPED,
  ...KEYS_OF_A_FIFTH,
  ...COMING_AND_GOING,
  ...Object.values(DRILL),
];

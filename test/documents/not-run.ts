import type { NotRun } from './catalogue.ts';

/** Shown commands that no test runs. One that no page shows any longer, or that is run, must go from here. */
export const NOT_RUN: readonly NotRun[] = [
  {
    reason: 'installs packages, into this checkout or into the system',
    shown: [
      'npm ci',
      'npm install',
      'npm install --no-save',
      'npm install --ignore-scripts',
      'npm install --prefix /opt/ballast ./ballast-0.1.0.tgz',
    ],
  },
  {
    reason: 'wants a container engine; npm run check:containers builds, runs and composes the same',
    shown: [
      'docker build -f deploy/Dockerfile -t ballast:0.1.0 .',
      'docker run --rm -v /srv/ballast:/var/lib/ballast ballast:0.1.0 init --passphrase-file passphrase --rpc https://…',
      'docker compose --env-file compose.env -f deploy/compose.yaml up --build --detach',
    ],
  },
  {
    reason: 'changes the system; test/deploying.test.ts checks the files that it is given',
    shown: [
      'useradd --system --home-dir /var/lib/ballast ballast',
      'systemctl enable --now ballast',
      'kubectl create secret generic ballast-keys --from-file=keystore.json --from-file=passphrase',
      'kubectl create configmap ballast-network --from-file=network.json --from-file=private-peg.csv.gz --from-file=public-peg.csv.gz --from-file=public-market.csv.gz',
      'helm install node-1 deploy/helm/ballast --set config.rpc=https://…',
    ],
  },
  {
    reason: 'asks a venue elsewhere; node/cli/test/data-fetch.test.ts answers in its place',
    shown: [
      'npx ballast data fetch binance:USDCUSDT:1h --out data --from 2024-01-01 --to 2024-07-01',
      'npx ballast data fetch kraken:USDCUSD:1m --out data --from 2024-06-30',
      'BALLAST_RPC_URL=… npx ballast data fetch chainlink:0x… --out data --from 2024-01-01',
    ],
  },
  {
    reason: 'writes files of the checkout; a test makes them elsewhere and compares',
    shown: [
      'npm pack',
      'npm run build',
      'npm run contracts',
      'npm run contracts -- --release-layouts',
      'npm run dashboard',
      'npm run messages',
      'npm run architecture',
      'npm run kernels',
      'npm run grafana',
      'node coordinator/test/write-vectors.ts',
      'node coordinator/selection/test/write-vectors.ts',
    ],
  },
  {
    reason: 'computes for seconds to hours, and has no options to try first',
    shown: [
      'npm run lint',
      'npm run model',
      'npm run coverage:contracts',
      'npm run bench:gas',
      'npm run drill:halt',
      'node privacy/test/figures.ts',
      'node privacy/test/accountant-figures.ts',
      'node simulations/experiments/catch-up-bench.ts 200',
    ],
  },
  {
    reason: 'runs until it is stopped; the README’s block starts the same with --silent',
    shown: ['anvil --mixed-mining --block-time 1 --slots-in-an-epoch 1'],
  },
  {
    reason: 'decides for good at an activation, and the README’s is made without',
    shown: ['ballast activate --restorer ADDRESS'],
  },
  {
    reason: 'stands for any of its kind',
    shown: ['mocha <file>', 'npm run bench:<name>'],
  },
];

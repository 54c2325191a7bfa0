import type { CommandEntry } from './command-entry.ts';

const RUN = 'Run:';
const JOIN = 'Join a network:';
const OPERATE = 'Look after a node:';
const LEARN = 'Data and models:';
const FOUND = 'Found a network:';
const GOVERN = 'Govern a network:';
const SHELL = 'In a shell:';

/** The commands of the node, in the order of the help. */
export const NODE_COMMANDS: readonly CommandEntry[] = [
  {
    name: 'devnet',
    summary: 'run a whole network on this machine: chain, contracts, nodes, liars, rounds, fee',
    task: RUN,
    load: async () => (await import('./devnet-command.ts')).defineDevnet,
  },
  {
    name: 'node',
    summary: 'run one node',
    task: RUN,
    load: async () => (await import('./node-command.ts')).defineNode,
  },
  {
    name: 'init',
    summary: 'make a node’s keys and configuration, or with --stake the cold key that will own its bond',
    task: JOIN,
    load: async () => (await import('./init-command.ts')).defineInit,
  },
  {
    name: 'register',
    summary: 'register a node: its owner posts the bond, its keys prove that they accept the owner',
    task: JOIN,
    load: async () => (await import('./register-command.ts')).defineRegister,
  },
  {
    name: 'bls-key',
    summary: 'name the node’s BLS key, with which committees of 41 and more vote; its hot key pays',
    task: JOIN,
    load: async () => (await import('./bls-key-command.ts')).defineBlsKey,
  },
  {
    name: 'exit',
    summary: 'leave the network; run again after the unbonding delay, it takes the bond back',
    task: JOIN,
    load: async () => (await import('./exit-command.ts')).defineExit,
  },
  {
    name: 'status',
    summary: 'whether the running node is up, where it stands, and what is wrong with it',
    task: OPERATE,
    load: async () => (await import('./status-command.ts')).defineStatus,
  },
  {
    name: 'peers',
    summary: 'whom the running node is connected to: roles, scores, latencies, refusals',
    task: OPERATE,
    load: async () => (await import('./peers-command.ts')).definePeers,
  },
  {
    name: 'rounds',
    summary: 'the last rounds as the running node has them',
    task: OPERATE,
    load: async () => (await import('./rounds-command.ts')).defineRounds,
  },
  {
    name: 'models',
    summary: 'the published versions as the running node has them',
    task: OPERATE,
    load: async () => (await import('./models-command.ts')).defineModels,
  },
  {
    name: 'parameters',
    summary: 'the parameters on the chain, their bounds, and what a model may write now',
    task: OPERATE,
    load: async () => (await import('./parameters-command.ts')).defineParameters,
  },
  {
    name: 'doctor',
    summary: 'look at all that the node needs: keys, folder, ports, data, chain, clock, contracts',
    task: OPERATE,
    load: async () => (await import('./doctor-command.ts')).defineDoctor,
  },
  {
    name: 'config',
    summary: 'what the node is configured with, and which flag, variable or file gave each value',
    task: OPERATE,
    load: async () => (await import('./config-command.ts')).defineConfig,
  },
  {
    name: 'logs',
    summary: 'what a node has logged, and with --follow what it logs from now on',
    task: OPERATE,
    load: async () => (await import('./logs-command.ts')).defineLogs,
  },
  {
    name: 'privacy',
    summary: 'what the node has spent of its privacy budget, round by round, and what is left',
    task: OPERATE,
    load: async () => (await import('./privacy-command.ts')).definePrivacy,
  },
  {
    name: 'verify',
    summary: 'recompute a stopped node’s log, hold it against the chain, name the first round that differs',
    task: OPERATE,
    load: async () => (await import('./verify-command.ts')).defineVerify,
  },
  {
    name: 'evidence',
    summary: 'what a stopped node holds against others',
    task: OPERATE,
    load: async () => (await import('./evidence-command.ts')).defineEvidence,
  },
  {
    name: 'backup',
    summary: 'write keys, votes and privacy ledger of a stopped node to one sealed file',
    task: OPERATE,
    load: async () => (await import('./backup-command.ts')).defineBackup,
  },
  {
    name: 'restore',
    summary: 'put a backup back; the node abstains until its peers confirm that nothing is forgotten',
    task: OPERATE,
    load: async () => (await import('./restore-command.ts')).defineRestore,
  },
  {
    name: 'purge',
    summary: 'delete what a stopped node can have again; never its keys, votes or privacy ledger',
    task: OPERATE,
    load: async () => (await import('./purge-command.ts')).definePurge,
  },
  {
    name: 'data',
    summary: 'fetch market data, and look at it before training on it',
    task: LEARN,
    load: async () => (await import('./data-command.ts')).defineData,
  },
  {
    name: 'evaluate',
    summary: 'judge the model against its baselines on markets that it has not seen; writes a report',
    task: LEARN,
    load: async () => (await import('./evaluate-command.ts')).defineEvaluate,
  },
  {
    name: 'plan',
    summary: 'print a plan for ballast deploy, to be looked through and changed before it is used',
    task: FOUND,
    load: async () => (await import('./plan-command.ts')).definePlan,
  },
  {
    name: 'committee',
    summary: 'how many members a network’s committee needs, so that a third of them are never corrupt',
    task: FOUND,
    load: async () => (await import('./committee-command.ts')).defineCommittee,
  },
  {
    name: 'deploy',
    summary: 'deploy the contracts of a new network and write its document; may be run again after a crash',
    task: FOUND,
    load: async () => (await import('./deploy-command.ts')).defineDeploy,
  },
  {
    name: 'activate',
    summary: 'name the registered operators as the first committee and start the network',
    task: FOUND,
    load: async () => (await import('./deploy-command.ts')).defineActivate,
  },
  {
    name: 'contracts',
    summary: 'compare the contracts of a network with its addresses file: their code, and who names whom',
    task: GOVERN,
    load: async () => (await import('./contracts-command.ts')).defineContracts,
  },
  {
    name: 'proposal',
    summary: 'what is before governance, the votes of identities, and carrying decisions out',
    task: GOVERN,
    load: async () => (await import('./proposal-command.ts')).defineProposal,
  },
  {
    name: 'override',
    summary: 'governance’s own value of a parameter in place of the models’, for a while',
    task: GOVERN,
    load: async () => (await import('./override-command.ts')).defineOverride,
  },
  {
    name: 'breaker',
    summary: 'what the circuit breaker halts, and how it is halted and resumed',
    task: GOVERN,
    load: async () => (await import('./breaker-command.ts')).defineBreaker,
  },
  {
    name: 'completion',
    summary: 'print what makes bash, zsh or fish complete ballast’s commands and options',
    task: SHELL,
    load: async () => (await import('./completion-command.ts')).defineCompletion,
  },
];

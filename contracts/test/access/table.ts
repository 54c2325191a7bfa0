/** A function that only one role may call: the constructor's argument that names the role, and the refusal of others. */
export type Restricted = { readonly role: string; readonly error: string };

/**
 * Who may call a function: `anyone`, where the rules of the function itself judge what it is given; `members`, whom the
 * contract knows by what they did before, and refuses with the error named; or one role.
 */
export type Access = 'anyone' | { readonly members: string } | Restricted;

const by = (role: string, error: string): Restricted => ({ role, error });
const governance = by('governance', 'NotGovernance');
const upgrader = by('upgrader', 'NotUpgrader');
const owner = by('owner', 'OwnableUnauthorizedAccount');
const itself = by('itself', 'TimelockUnauthorizedCaller');
const roleAdmin = by('itself', 'AccessControlUnauthorizedAccount');
const proposer = by('governor', 'AccessControlUnauthorizedAccount');
const executor = by('timelock', 'GovernorOnlyExecutor');
const guardian = by('guardian', 'NotGuardian');

/** Every function that changes state, by contract. One that is missing here fails the sweep. */
export const ACCESS: Readonly<Record<string, Readonly<Record<string, Access>>>> = {
  ParameterRegistry: {
    applyBatch: by('controller', 'NotController'),
    configure: governance,
    setLimits: governance,
    setConsumer: governance,
    setValue: governance,
    setOverride: by('overrides', 'NotOverrideModule'),
    endOverride: by('overrides', 'NotOverrideModule'),
  },
  BoundedAutonomyController: { applyUpdate: 'anyone', upgradeToAndCall: upgrader },
  CircuitBreaker: {
    haltAll: guardian,
    haltBurning: guardian,
    haltClass: guardian,
    haltMinting: guardian,
    haltParameter: guardian,
    haltRiskRaising: guardian,
    observe: 'anyone',
    resume: 'anyone',
    requestResume: governance,
    setGuardian: governance,
    setLevels: governance,
    setSettings: governance,
    setSturdy: governance,
  },
  DecisionLog: {
    recordBatch: by('registry', 'NotRegistry'),
    recordOverride: by('registry', 'NotRegistry'),
    recordWish: by('bridge', 'NotBridge'),
    resolveWish: by('bridge', 'NotBridge'),
    review: by('reviewer', 'NotReviewer'),
  },
  OverrideModule: { overrideParameter: governance, cancelOverride: governance, upgradeToAndCall: upgrader },
  ModelRegistry: {
    initialise: owner,
    transferOwnership: owner,
    renounceOwnership: owner,
    publish: 'anyone',
    publishAggregated: 'anyone',
    rotateCommittee: 'anyone',
    rotateCommitteeAggregated: 'anyone',
    dispute: 'anyone',
    collect: 'anyone',
    reclaimBond: 'anyone',
    requestRestore: { members: 'NotRestorer' },
    resolveDispute: { members: 'NotRestorer' },
  },
  ModuleRegistry: {
    register: governance,
    upgrade: governance,
    addDependency: governance,
    removeDependency: governance,
  },
  NodeRegistry: {
    register: 'anyone',
    registerBlsKey: { members: 'NotSigner' },
    rotateSigner: { members: 'NotActive' },
    exit: { members: 'NotActive' },
    withdraw: { members: 'NotExiting' },
    slash: by('slasher', 'NotSlasher'),
  },
  Slasher: {
    collect: 'anyone',
    punishAggregatedEquivocation: 'anyone',
    punishCertified: 'anyone',
    punishCertifiedAggregated: 'anyone',
    punishEquivocation: 'anyone',
  },
  Electorate: { admit: governance, remove: governance },
  GovernanceBridge: {
    approve: governance,
    approveWithLimits: governance,
    reject: governance,
    configure: governance,
    setLimits: governance,
    setConsumer: governance,
    setCouncil: governance,
    setDelay: governance,
    setValue: governance,
    tighten: { members: 'NotCouncil' },
    cancelChange: by('governance', 'NotCouncil'),
    cancelDelay: by('governance', 'NotCouncil'),
    writeApproved: { members: 'OnlySelf' },
    // It asks the electorate and the node registry, which are no contracts in the sweep.
    submitParameterProposal: { members: 'reverted' },
    cancelProposal: 'anyone',
    executeConfiguration: 'anyone',
    executeConsumer: 'anyone',
    executeDelay: 'anyone',
    executeLimits: 'anyone',
    executeProposal: 'anyone',
    initialise: 'anyone',
    upgradeToAndCall: upgrader,
  },
  StabilityOracle: {
    record: 'anyone',
    initialise: 'anyone',
    removeCollateral: governance,
    setCollateralSource: governance,
    setPegSource: governance,
    setSettings: governance,
    upgradeToAndCall: by('modules', 'NotUpgrader'),
  },
  Timelock: {
    cancel: proposer,
    schedule: proposer,
    scheduleBatch: proposer,
    grantRole: roleAdmin,
    revokeRole: roleAdmin,
    updateDelay: itself,
    execute: 'anyone',
    executeBatch: 'anyone',
    renounceRole: 'anyone',
    onERC1155BatchReceived: 'anyone',
    onERC1155Received: 'anyone',
    onERC721Received: 'anyone',
  },
  BallastGovernor: {
    relay: executor,
    setAction: executor,
    setProposalThreshold: executor,
    setVotingDelay: executor,
    setVotingPeriod: executor,
    updateTimelock: executor,
    cancel: 'anyone',
    castVote: 'anyone',
    castVoteBySig: 'anyone',
    castVoteWithReason: 'anyone',
    castVoteWithReasonAndParams: 'anyone',
    castVoteWithReasonAndParamsBySig: 'anyone',
    depositBond: 'anyone',
    execute: 'anyone',
    propose: 'anyone',
    queue: 'anyone',
    settleBond: 'anyone',
    withdrawBond: 'anyone',
    onERC1155BatchReceived: 'anyone',
    onERC1155Received: 'anyone',
    onERC721Received: 'anyone',
  },
  ReferenceCore: {
    addCollateral: governance,
    onParameterChanged: by('registry', 'NotRegistry'),
    accrue: 'anyone',
    deposit: 'anyone',
    liquidate: 'anyone',
    mint: 'anyone',
    open: 'anyone',
    repay: 'anyone',
    save: 'anyone',
    skim: 'anyone',
    sync: 'anyone',
    unsave: 'anyone',
    withdraw: 'anyone',
  },
  Coin: {
    mint: by('core', 'NotCore'),
    burn: by('core', 'NotCore'),
    approve: 'anyone',
    transfer: 'anyone',
    transferFrom: 'anyone',
  },
};

/** The table as rows of Markdown: a contract, who, and the functions that are theirs. */
export function accessRows(): string[] {
  return Object.entries(ACCESS).flatMap(([contract, functions]) => {
    const byWho = new Map<string, string[]>();
    for (const [name, access] of Object.entries(functions)) {
      const who =
        access === 'anyone' ? 'anyone' : 'members' in access ? `else \`${access.members}\`` : access.role;
      byWho.set(who, [...(byWho.get(who) ?? []), `\`${name}\``]);
    }
    return [...byWho].map(([who, names]) => `| ${contract} | ${who} | ${names.join(', ')} |`);
  });
}

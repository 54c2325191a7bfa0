/** What committees with BLS keys need. Loaded when a network has one: the curve weighs as much as a seventh of the client. */
export { committeeKeysCommitment } from '../../contracts/client/aggregate-votes.ts';
export { blsCommitScheme } from '../../contracts/client/bls-scheme.ts';

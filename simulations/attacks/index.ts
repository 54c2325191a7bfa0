export { alie, alieDeviation } from './alie.ts';
export type { Attack, AttackOptions, AttackView } from './attack.ts';
export { gaussian } from './gaussian.ts';
export { ipm } from './ipm.ts';
export { type AttackEntry, type AttackName, attackEntry, attackNames, createAttack } from './registry.ts';
export { signFlip } from './sign-flip.ts';
export { zero } from './zero.ts';

import { closestWord, UsageError } from '../../protocol/errors.ts';
import type { GuardianScope, HaltScope } from './breaker.ts';
import { idOfName, KNOWN_NAMES } from './parameter-names.ts';

/** What may be halted, as people write it. */
export const HALT_SCOPES = [
  'all',
  'risk-raising',
  'minting',
  'vulnerable-minting',
  'burning',
  'class',
  'parameter',
] as const;

export type HaltName = {
  readonly scope: (typeof HALT_SCOPES)[number];
  /** Class, collateral or parameter, by its name where it is known; null for a scope as a whole. */
  readonly key: string | null;
};

/** How people write what is halted. */
export function haltName(target: HaltScope): HaltName {
  switch (target.scope) {
    case 'riskRaising':
      return { scope: 'risk-raising', key: null };
    case 'vulnerableMinting':
      return { scope: 'vulnerable-minting', key: null };
    case 'class':
      return { scope: 'class', key: String(target.class) };
    case 'parameter':
      return { scope: 'parameter', key: KNOWN_NAMES.get(target.parameter) ?? target.parameter };
    case 'minting':
    case 'burning': {
      const { scope, collateral } = target;
      return { scope, key: collateral === undefined ? null : (KNOWN_NAMES.get(collateral) ?? collateral) };
    }
    case 'all':
      return { scope: 'all', key: null };
  }
}

/** `all`, `minting of ETH`, `class 3`, `parameter STABILITY_FEE`. */
export function haltText(target: HaltScope): string {
  const { scope, key } = haltName(target);
  if (key === null) return scope;
  return scope === 'class' || scope === 'parameter' ? `${scope} ${key}` : `${scope} of ${key}`;
}

/**
 * What a person names.
 *
 * @param key class (0 to 31), collateral or parameter; by its name, or by 64 hexadecimal digits.
 * @throws UsageError `HALT_SCOPE`.
 */
export function parseHalt(scope: string, key?: string): HaltScope {
  const refuse = (got: string, expected: string, hint?: string): never => {
    throw new UsageError('HALT_SCOPE', `scope: got ${got}, expected ${expected}`, {
      metadata: { scope, ...(key === undefined ? {} : { key }) },
      ...(hint === undefined ? {} : { hint }),
    });
  };
  const alone = (target: HaltScope): HaltScope =>
    key === undefined ? target : refuse(`${scope} ${key}`, `${scope} alone`);
  switch (scope) {
    case 'all':
      return alone({ scope: 'all' });
    case 'risk-raising':
      return alone({ scope: 'riskRaising' });
    case 'vulnerable-minting':
      return alone({ scope: 'vulnerableMinting' });
    case 'minting':
    case 'burning':
      return { scope, ...(key === undefined ? {} : { collateral: idOfName(key) }) };
    case 'class':
      if (!/^(\d|[12]\d|3[01])$/.test(key ?? ''))
        return refuse(key ?? 'no class', 'a class from 0 to 31, as in class 3');
      return { scope, class: Number(key) };
    case 'parameter':
      if (key === undefined || key === '')
        return refuse('no parameter', 'its name, as in parameter STABILITY_FEE');
      return { scope, parameter: idOfName(key) };
    default: {
      const close = closestWord(scope, HALT_SCOPES);
      return refuse(
        scope,
        HALT_SCOPES.join(', '),
        close === undefined ? undefined : `did you mean ${close}?`,
      );
    }
  }
}

/** What a guardian may halt. @throws UsageError `HALT_SCOPE` as {@link parseHalt}, and for `vulnerable-minting`. */
export function parseGuardianHalt(scope: string, key?: string): GuardianScope {
  const target = parseHalt(scope, key);
  if (target.scope !== 'vulnerableMinting') return target;
  throw new UsageError(
    'HALT_SCOPE',
    'scope: got vulnerable-minting, expected what a guardian halts: minting, whole or of one collateral',
  );
}

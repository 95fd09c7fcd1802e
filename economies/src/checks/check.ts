import type { EconomyProfile } from '../catalogue/economy.ts';

/** What one check finds, for one class or for the whole economy. */
export interface Finding {
  /** A class's name, or empty. */
  readonly about: string;
  readonly passed: boolean;
  /** The formula with this economy's numbers in it. */
  readonly numbers: string;
  /**
   * Paths of fields whose change may make it pass, the most natural first; `one - other` where what one loses the other
   * gains, because their sum is fixed.
   */
  readonly fields: readonly string[];
}

/** Sections of the report, in its order. */
export const CHECK_SECTIONS = [
  'prices',
  'supply',
  'identities',
  'cheating',
  'honest nodes',
  'windows',
  'capacity',
  'verifiers',
  'assets',
  'votes',
] as const;
export type CheckSection = (typeof CHECK_SECTIONS)[number];

/** A condition in closed form that an economy must hold against those who would exploit it. */
export interface EconomicCheck {
  readonly id: string;
  readonly section: CheckSection;
  readonly title: string;
  readonly formula: string;
  /** Where the formula is from. */
  readonly source: string;
  /** Attacks of the catalogue (`attacks.ts`) that pay where the check fails. */
  readonly attacks: readonly number[];
  /** Fields of `assumptions` and `gate` on which its verdict stands. */
  readonly assumes: readonly string[];
  /**
   * Conditions between written numbers are compared by cross-multiplication, exactly. Those that need roots and tails are
   * the kernel's closed forms, in floating point: they tell people, and pay nobody.
   */
  readonly evaluate: (economy: EconomyProfile) => readonly Finding[];
}

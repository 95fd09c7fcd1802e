import type { Override } from '@stannary/economies';
import type { Json } from '../campaign/plan.ts';

// The launch gate's report, as it is signed and as pages are made of it. Plain data that survives JSON.

export type CheckState = 'passed' | 'failed' | 'not shown';
export type GateName = `G${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17}`;

/** A measured number with what is known of its error. */
export interface Figure {
  readonly value: number;
  /** Two-sided, at `confidence`; null for what is exact or closed-form. */
  readonly interval: readonly [low: number, high: number] | null;
  /** 0.95, say; null without an interval. */
  readonly confidence: number | null;
  /** Runs, nodes or cases behind it. */
  readonly samples: number;
}

/** One number against its line. */
export interface GateCheck {
  readonly id: string;
  /** What is measured, in words. */
  readonly metric: string;
  /** `credits`, `%`, `epochs`, `of price`, …; empty for a plain number. */
  readonly unit: string;
  readonly state: CheckState;
  /** Null where nothing was measured. */
  readonly figure: Figure | null;
  readonly line: { readonly relation: '<' | '<=' | '>' | '>=' | '='; readonly value: number } | null;
  /** How it was shown, or why it was not and how it would be. */
  readonly how: string;
  /** For which verdict it counts. Default: its criterion's. */
  readonly share?: GateShare;
  /** Fields of the economy file that move the figure, the most natural first. */
  readonly movedBy?: readonly string[];
}

/** What counts for which verdict: simulation and closed forms show economics; drills and trials are for the launch. */
export type GateShare = 'economics' | 'launch';

export interface GateCriterion {
  readonly gate: GateName;
  readonly title: string;
  readonly share: GateShare;
  /** Failed if a check failed; else not shown if one is not; else passed. */
  readonly state: CheckState;
  readonly checks: readonly GateCheck[];
  /** Smallest known changes of the economy file that would make it pass, if it failed. */
  readonly remedies: readonly Override[];
}

export interface AttackFinding {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly strategy: string;
  readonly defence: string;
  readonly defendedBy: readonly string[];
  /** `base`, `stress`, … */
  readonly world: string;
  /** The attacker's best response. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly state: CheckState;
  readonly cost: Figure;
  readonly return: Figure;
  /** mean(C - 2R) with its one-sided lower bound as `interval[0]`. */
  readonly difference: Figure;
  /** ΣC / ΣR with its Fieller interval; null where nothing is returned. */
  readonly costRatio: Figure | null;
  /** Holm-adjusted. */
  readonly pValue: number;
  readonly closedForm: { readonly costCredits: number; readonly returnCredits: number } | null;
  /** Which assumption of the closed form does not hold here, where there is one that does not. */
  readonly closedFormNote?: string;
  /** How the search went: profit over one parameter, others at the best response. */
  readonly profile: {
    readonly parameter: string;
    readonly unit: string;
    readonly points: readonly ProfilePoint[];
  } | null;
}

export interface ProfilePoint {
  readonly at: number;
  readonly costCredits: number;
  readonly returnCredits: number;
}

/** A parameter's part in the least cost ratio of all attacks. */
export interface SensitivityBar {
  /** A field of the economy file, or of the scenario. */
  readonly field: string;
  /** Share of variance with everything (Sobol' total), or |µ*| of Morris in the quick profile. */
  readonly effect: Figure;
  readonly method: 'morris' | 'sobol';
  /** The least cost ratio within the step, by its lower end, and at which value of the field; closed forms have no interval. */
  readonly leastCostRatio: Figure;
  readonly leastAt: string;
  /** In words where it cannot be told from nothing. */
  readonly wording: string;
  /** Attempts at its steps that should have been simulated and were not, for their number: what they would show is unknown. */
  readonly untried: number;
}

/** Quantiles of something over the horizon, over all runs. */
export interface Fan {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly world: string;
  /** Epochs. */
  readonly at: readonly number[];
  readonly quantiles: readonly { readonly share: number; readonly values: readonly (number | null)[] }[];
}

/** Bars by name: concentration by class, margins by class, supply by stream. */
export interface BarTable {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly { readonly name: string; readonly figure: Figure; readonly line: number | null }[];
}

export interface EvidenceUsed {
  readonly gate: GateName;
  readonly kind: string;
  readonly file: string;
  readonly sha256: string;
  /** Who signed it: public key, hex. */
  readonly signer: string;
  /** Whether the gate was told that this key may sign evidence; else nobody vouched for it. */
  readonly isPinned: boolean;
  /** ISO 8601, as the file says. */
  readonly madeAt: string;
}

/** A line of the gate where the economy draws another than the reference economy; as written. */
export interface OwnLine {
  readonly field: string;
  readonly own: string;
  readonly standard: string;
}

/** A kind of evidence that was let count for longer than by default, days. */
export interface LooserAge {
  readonly kind: string;
  readonly days: number;
  readonly standard: number;
}

export interface GateReport {
  readonly format: 'stannary-gate-report/2';
  readonly economy: {
    readonly name: string;
    readonly version: number;
    readonly hash: string;
    readonly boundsWaived: boolean;
  };
  /** SHA-256 over the sources that made it, hex. */
  readonly code: { readonly version: string; readonly hash: string };
  readonly profile: 'quick' | 'full';
  readonly seeds: {
    readonly seed: number;
    readonly search: readonly [first: number, count: number];
    readonly test: readonly [first: number, count: number];
  };
  /** The scenario's name, and whether it is the world that the economy assumes: a verdict holds in the world it was found in. */
  readonly world: { readonly name: string; readonly isOwn: boolean };
  readonly scenario: Json;
  /** Lines that are the economy's own: a verdict says no more than they ask. */
  readonly ownLines: readonly OwnLine[];
  readonly verdicts: { readonly economics: 'pass' | 'fail'; readonly launch: 'ready' | 'not ready' };
  readonly criteria: readonly GateCriterion[];
  readonly attacks: readonly AttackFinding[];
  readonly sensitivity: readonly SensitivityBar[];
  readonly fans: readonly Fan[];
  readonly tables: readonly BarTable[];
  /** What is thin: the checks that pass by least, relative to their lines, and what moves them. */
  readonly thin: readonly { readonly check: string; readonly headroom: number; readonly movedBy: readonly string[] }[];
  readonly evidence: readonly EvidenceUsed[];
  /** Default: none; evidence counts for as long as it does by default, or for less. */
  readonly looserAges?: readonly LooserAge[];
  /** Of a running network, with `--live`; null otherwise. */
  readonly calibration: Json;
  /** ISO 8601; two runs of the same gate differ in it alone, and in what ages: evidence. */
  readonly madeAt: string;
}

/** The report with its signature over the deterministic CBOR of `report`. */
export interface SignedGateReport {
  readonly report: GateReport;
  readonly signature: { readonly algorithm: 'ES256'; readonly publicKey: string; readonly value: string } | null;
}

import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { modulePaths } from './attempt-run.ts';
import { basePolicy } from './perform.ts';
import type { CampaignPlan, Point } from './plan.ts';
import { CampaignRefusal } from './refusal.ts';

/** What results depend on, each part by itself, so that a refusal can say which one is another. */
export interface PlanIdentity {
  readonly code: string;
  readonly kind: string;
  readonly economy: string;
  readonly scenario: string;
  readonly points: string;
}

/**
 * Runs and their number are left out: a folder that holds runs 0 to 9 is a part of one that holds 0 to 99. So is the
 * economy's path: its hash counts.
 */
export async function planIdentity(plan: CampaignPlan): Promise<PlanIdentity> {
  const { economyHash } = await basePolicy(plan);
  const { runs: _, ...scenario } = plan.scenario;
  return {
    code: codeOf(plan),
    kind: plan.kind,
    economy: economyHash,
    scenario: hashOf(scenario),
    points: hashOf(plan.points),
  };
}

/** The simulator's sources, and each attack of a user's own that a point names. */
function codeOf(plan: CampaignPlan): string {
  const modules = Object.entries(modulesOf(plan));
  return modules.length === 0 ? codeVersion() : hashOf([codeVersion(), ...modules]);
}

/** SHA-256 (hex) of each attack of a user's own that a point names, by its path; null where this machine has no such file. */
export type ModuleHashes = Readonly<Record<string, string | null>>;

export function modulesOf({ points }: Pick<CampaignPlan, 'points'>): ModuleHashes {
  const named = points.flatMap(({ options }) => attackNames(options).flatMap(modulePaths));
  return Object.fromEntries([...new Set(named)].sort().map((path) => [path, fileHash(path)]));
}

/** One attack, or those whose closed forms are asked together. */
function attackNames({ attack, attacks }: Point['options']): string[] {
  const several = Array.isArray(attacks) ? attacks.map((one: { readonly name?: unknown }) => one.name) : [];
  return [attack, ...several].filter((name) => typeof name === 'string');
}

function fileHash(path: string): string | null {
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : null;
}

/**
 * Another machine's module under the same path would do other work under the same name.
 * @param told what whoever published the plan has @throws CampaignRefusal CAMPAIGN-MODULE
 */
export function requireModules(plan: Pick<CampaignPlan, 'points'>, told: ModuleHashes): void {
  for (const [path, here] of Object.entries(modulesOf(plan))) {
    const there = told[path] ?? null;
    if (here !== null && here === there) continue;
    const expected = there === null ? 'a module whose SHA-256 the campaign tells' : `the module with SHA-256 ${there}`;
    throw new CampaignRefusal('CAMPAIGN-MODULE', path, expected, here === null ? 'no such file' : `one with ${here}`);
  }
}

export function identityHash(identity: PlanIdentity): string {
  return hashOf(identity);
}

/** SHA-256 of the JSON with the keys of every object in order, hex. */
function hashOf(value: unknown): string {
  const ordered = JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1)))
      : inner,
  );
  return createHash('sha256').update(ordered).digest('hex');
}

const PARTS = ['@stannary/kernel', '@stannary/economies', '@stannary/wire', '@stannary/simulator'];
let known: string | null = null;

/** SHA-256 over the sources that a run is made of, hex: another commit with the same simulator has the same. */
export function codeVersion(): string {
  if (known !== null) return known;
  const hash = createHash('sha256');
  for (const part of PARTS) {
    const folder = dirname(fileURLToPath(import.meta.resolve(part)));
    const files = globSync('**/*.ts', { cwd: folder }).filter((path) => !/\.(test|bench|fixture)\.ts$/.test(path));
    for (const path of files.sort()) {
      hash.update(`${part} ${path}\n`).update(readFileSync(join(folder, path)));
    }
  }
  known = hash.digest('hex');
  return known;
}

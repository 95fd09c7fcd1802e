import type {
  ChangeStep,
  Delegation,
  DeployedStep,
  DryRun,
  RegistryDiff,
  RegistryState,
  Verification,
} from '@stannary/chain';

const GAS_WIDTH = 11;

export function stepText({ what, gas }: DeployedStep): string {
  return `${gasText(gas)}  ${what}`;
}

export function dryRunText({ steps, totalGas, p256, contracts, planHash }: DryRun): string {
  return [
    `plan ${planHash}; signatures of devices by ${p256 === 'precompile' ? 'the precompile' : 'the fallback, in code'}`,
    ...(steps.length === 0 ? ['Nothing to do.'] : steps.map(stepText)),
    `${gasText(totalGas)}  gas in all`,
    ...Object.entries(contracts).map(([name, address]) => `${address}  ${name}`),
  ].join('\n');
}

export function findingsText(book: string, { checked, findings }: Verification): string {
  const all = `${book}: ${checked} questions asked of the chain`;
  if (findings.length === 0) return `${all}, every answer as planned.`;
  const lines = findings.map(({ where, expected, got }) => `  ${where}: expected ${expected}, got ${got}`);
  return [`${all}, ${findings.length} answered otherwise:`, ...lines].join('\n');
}

export interface ShownDiff extends RegistryDiff {
  readonly versionInForce: number;
  readonly version: number;
  readonly economyHash: string;
}

export function diffText({ versionInForce, version, economyHash, changes, entry }: ShownDiff): string {
  const majority = entry === 'scheduleTightening' ? 'only tightens: the smaller majority' : 'the larger majority';
  if (changes.length === 0 && version === versionInForce) return `version ${version} is in force`;
  const lines = changes.map(({ path, before, value, tightens, refusedBy }) => {
    const mark = refusedBy === null ? (tightens ? 'tightens' : '') : `refused: ${refusedBy}`;
    return `  ${path.padEnd(32)} ${before} → ${value}  ${mark}`.trimEnd();
  });
  return [
    `version ${versionInForce} → ${version}, ${economyHash.slice(0, 12)}…; ${majority}`,
    ...(lines.length === 0 ? ['  nothing that the chain holds, but the hash'] : lines),
  ].join('\n');
}

export function changeText(step: ChangeStep, { genesisAt, epochSeconds }: RegistryState): string {
  const startsAt = 'startsAt' in step ? step.startsAt : genesisAt + step.fromEpoch * epochSeconds;
  const from = new Date(startsAt * 1_000).toISOString();
  if (step.did !== 'nothing') return `${step.did}; in force from ${from} if it carries`;
  if (step.waitsFor === 'nothing') return `in force since ${from}`;
  return `nothing to do: waits for the ${step.waitsFor}; in force from ${from}`;
}

export function delegationText({ holder, delegate, tokenGrains, votesGrains }: Delegation): string {
  const votes = `${votesGrains} grains in all`;
  if (holder === delegate) return `${holder} votes with its own ${tokenGrains} grains; ${votes}`;
  return `${delegate} votes with the ${tokenGrains} grains of ${holder}; ${votes}`;
}

function gasText(gas: number): string {
  return gas.toLocaleString('en-US').replaceAll(',', '_').padStart(GAS_WIDTH);
}

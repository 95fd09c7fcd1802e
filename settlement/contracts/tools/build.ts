import { hash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { forge, projectFolder } from './forge.ts';

// Compiles the contracts and writes what TypeScript needs of them, so that a start needs no compiler.

/** Where @stannary/chain reads interfaces and creation code. */
export const generatedFile = join(projectFolder, '..', 'chain', 'src', 'generated', 'contracts.ts');

const CONTRACTS = [
  'WorkToken',
  'Credit',
  'Reserve',
  'BondingCurve',
  'NodeRegistry',
  'BondVault',
  'Settlement',
  'EraChallenges',
  'Arbitration',
  'AccessManager',
  'EconomyRegistry',
  'ComplianceGate',
  'EmergencyPause',
  'Treasury',
  'ContractFigures',
  'AttestedFigures',
  'RollbackTriggers',
  'Council',
  'Timelock',
  'TokenGovernor',
  'P256Sha256Verifier',
  'Channels',
  'TaskWallets',
  'HashPreimage',
  'TaskReceipt',
  'EpochCommitted',
  'OracleValue',
  'Deployer',
  'LocalAsset',
];

interface Artifact {
  readonly abi: readonly unknown[];
  readonly bytecode: { readonly object: string; readonly linkReferences: Record<string, unknown> };
  readonly deployedBytecode: {
    readonly object: string;
    readonly immutableReferences?: Record<string, readonly { readonly start: number; readonly length: number }[]>;
  };
}

/** Compiles and returns the text of `generatedFile`. Throws with forge's message where the contracts do not compile. */
export function generateContracts(): string {
  const built = forge('build');
  if (built.status !== 0) throw new Error(`forge build failed:\n${built.stdout}${built.stderr}`);
  const header = '// Written by `npm run build -w @stannary/contracts` from settlement/contracts/src; never by hand.\n';
  return header + CONTRACTS.map(constantOf).join('');
}

function constantOf(contract: string): string {
  const path = join(projectFolder, 'out', `${contract}.sol`, `${contract}.json`);
  const { abi, bytecode, deployedBytecode } = JSON.parse(readFileSync(path, 'utf8')) as Artifact;
  if (Object.keys(bytecode.linkReferences).length > 0) throw new Error(`${contract} wants a library linked`);
  const name = contract.charAt(0).toLowerCase() + contract.slice(1);
  const entries = abi.map((entry) => `    ${JSON.stringify(entry)},\n`).join('');
  const holes = Object.values(deployedBytecode.immutableReferences ?? {})
    .flat()
    .map(({ start, length }) => [start, length] as const)
    .sort(([left], [right]) => left - right);
  const runtime = `  runtimeHash: '${runtimeHash(deployedBytecode.object, holes)}',\n  immutables: ${JSON.stringify(holes)},\n`;
  return `\nexport const ${name} = {\n  abi: [\n${entries}  ],\n  bytecode:\n    '${bytecode.object}',\n${runtime}} as const;\n`;
}

/** SHA-256 of the code that stands on the chain, its immutable values as zeros. */
function runtimeHash(object: string, holes: readonly (readonly [number, number])[]): string {
  const code = Buffer.from(object.slice(2), 'hex');
  for (const [start, length] of holes) code.fill(0, start, start + length);
  return hash('sha256', code);
}

if (import.meta.main) {
  mkdirSync(dirname(generatedFile), { recursive: true });
  writeFileSync(generatedFile, generateContracts());
  console.log(`wrote ${generatedFile}`);
}

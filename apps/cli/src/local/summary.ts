import type { GatewayClient, StatusAnswer } from '@stannary/gateway/client';
import { type Economy, nodeLines, type Statement } from '@stannary/kernel';
import { exactText } from '@stannary/simulator/lab';
import { addressOf } from './bootstrap.ts';
import type { Claims } from './claims.ts';
import type { ConsumerCounts } from './consumer.ts';
import type { Secrets } from './folder.ts';
import type { PayerExitOutcome } from './payer-exit.ts';

/** What a run came to. Amounts are grains. */
export interface Summary {
  readonly eras: number;
  readonly tasks: number;
  readonly ncuMs: number;
  readonly feesGrains: number;
  readonly emissionGrains: number;
  readonly roots: readonly {
    readonly era: number;
    readonly txHash: string;
    readonly totalGrains: number;
    readonly totalTokensGrains: number;
  }[];
  readonly claims: {
    readonly due: number;
    readonly paid: number;
    readonly dueTokens: number;
    readonly paidTokens: number;
  };
  readonly conservation: { readonly ledger: boolean; readonly chain: boolean; readonly agree: boolean };
  readonly cheats: { readonly planted: number; readonly slashed: number };
  readonly honest: { readonly count: number; readonly slashed: number };
  readonly results: { readonly verified: number; readonly wrong: number };
  readonly healthySeconds: number;
  /** Of the payer that was planted with `--payer-exit`; null: none was. */
  readonly payerExit: PayerExitOutcome | null;
}

export interface SummaryParts {
  readonly client: GatewayClient;
  readonly claims: Claims;
  readonly secrets: Secrets;
  readonly economy: Economy;
  readonly economyHash: string;
  readonly eras: number;
  readonly healthySeconds: number;
  readonly consumer: ConsumerCounts;
  readonly payerExit: PayerExitOutcome | null;
}

/** Adds up a drained network from what it serves to everybody. */
export async function summarise(parts: SummaryParts): Promise<Summary> {
  const status = await parts.client.status();
  // What settled after the last root moved nothing that a root owes: a drained network sells no work.
  const epochs = status.eras.length * parts.economy.cadence.epochsPerEra;
  const statements = await allStatements(parts.client, epochs - 1);
  const { due, paid } = await parts.claims.totals(status.eras);
  const sum = (of: (statement: Statement) => number) =>
    statements.reduce((total, statement) => total + of(statement), 0);
  return {
    eras: parts.eras,
    tasks: status.tasks.done,
    ncuMs: sum((statement) => nodeLines(statement).reduce((total, line) => total + line.ncuMs, 0)),
    feesGrains: sum(({ totals }) => totals.chargedGrains - totals.refundedGrains),
    emissionGrains: sum(({ emission }) => emission.scheduledGrains),
    roots: status.eras.map((era) => ({
      era: era.era,
      txHash: era.postedTx ?? '',
      totalGrains: exact(era.totalCreditsGrains),
      totalTokensGrains: exact(era.totalTokensGrains),
    })),
    claims: {
      due: exact(due.credits),
      paid: exact(paid.credits),
      dueTokens: exact(due.tokens),
      paidTokens: exact(paid.tokens),
    },
    conservation: conservationOf(status),
    ...slashedOf(status, parts.secrets),
    results: { verified: parts.consumer.verified, wrong: parts.consumer.wrong },
    healthySeconds: parts.healthySeconds,
    payerExit: parts.payerExit,
  };
}

/** True when the run is what it must be: books exact and agreeing, all claims paid, all cheats and only cheats slashed. */
export function isSound(summary: Summary): boolean {
  return failuresOf(summary).length === 0;
}

/** Each check that a run must hold and does not, with its figures in grains; none for a sound run. */
export function failuresOf({ claims, conservation, cheats, honest, payerExit }: Summary): string[] {
  const { keptGrains, owedGrains } = payerExit ?? { keptGrains: 0, owedGrains: 0 };
  const checks: readonly (readonly [holds: boolean, failure: string])[] = [
    [claims.due === claims.paid, `claims: ${claims.paid} of ${claims.due} grains of credit paid`],
    [claims.dueTokens === claims.paidTokens, `claims: ${claims.paidTokens} of ${claims.dueTokens} token grains paid`],
    [conservation.ledger, 'conservation: the ledger does not balance'],
    [conservation.chain, 'conservation: the chain holds another amount than was deposited less claimed'],
    [conservation.agree, 'conservation: ledger and chain differ'],
    [cheats.slashed === cheats.planted, `cheats: ${cheats.slashed} of ${cheats.planted} slashed`],
    [honest.slashed === 0, `honest: ${honest.slashed} of ${honest.count} slashed, must be none`],
    [keptGrains === owedGrains, `payer exit: ${keptGrains} of ${owedGrains} grains kept for the payee`],
  ];
  return checks.flatMap(([holds, failure]) => (holds ? [] : [failure]));
}

export function summaryTable(summary: Summary, grainsPerUnit: number): string {
  const units = (grains: number) => exactText(Number((grains / grainsPerUnit).toFixed(6)));
  const rows: [string, string][] = [
    ['eras of work', `${summary.eras}`],
    [
      'tasks done',
      `${summary.tasks} (${summary.results.verified} verified by the consumer, ${summary.results.wrong} wrong)`,
    ],
    ['work', `${exactText(summary.ncuMs)} NCU·ms`],
    ['fees', `${units(summary.feesGrains)} credits after refunds`],
    ['emission', `${units(summary.emissionGrains)} tokens scheduled`],
    ['roots', summary.roots.map(({ era, txHash }) => `${era}: ${txHash.slice(0, 10)}…`).join('  ')],
    [
      'claims',
      `${units(summary.claims.paid)} of ${units(summary.claims.due)} credits, ${units(summary.claims.paidTokens)} of ${units(summary.claims.dueTokens)} tokens paid`,
    ],
    [
      'conservation',
      `ledger ${word(summary.conservation.ledger)}, chain ${word(summary.conservation.chain)}, they ${summary.conservation.agree ? 'agree' : 'DIFFER'}`,
    ],
    ['cheats', `${summary.cheats.slashed} of ${summary.cheats.planted} slashed`],
    ['honest', `${summary.honest.slashed} of ${summary.honest.count} slashed`],
    ...exitRows(summary, units),
    ['verdict', isSound(summary) ? 'sound' : `NOT SOUND; ${failuresOf(summary).join('; ')}`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n');
}

function exitRows({ payerExit }: Summary, units: (grains: number) => string): [string, string][] {
  if (payerExit === null) return [];
  const { keptGrains, owedGrains } = payerExit;
  return [['payer exit', `${units(keptGrains)} of ${units(owedGrains)} credits kept for the payee that slept`]];
}

function word(exactly: boolean): string {
  return exactly ? 'exact' : 'NOT EXACT';
}

async function allStatements(client: GatewayClient, lastEpoch: number): Promise<Statement[]> {
  const statements: Statement[] = [];
  for (let epoch = 0; epoch <= lastEpoch; epoch += 1) statements.push((await client.statement(epoch)).statement);
  return statements;
}

function conservationOf({ conservation }: StatusAnswer): Summary['conservation'] {
  const { ledger, chain, agree } = conservation;
  const chainExact =
    chain !== null &&
    BigInt(chain.depositedGrains) - BigInt(chain.claimedGrains) === BigInt(chain.creditsInSettlementGrains);
  return { ledger: ledger.balanced, chain: chainExact, agree };
}

/** Only this summary compares the faults with what was planted; the network never knew. */
function slashedOf(status: StatusAnswer, secrets: Secrets): Pick<Summary, 'cheats' | 'honest'> {
  const slashed = new Set(
    status.faults.filter((fault) => fault.stage === 'final' && fault.finalTx !== null).map((fault) => fault.operator),
  );
  const isSlashed = (provider: Secrets['providers'][number]) => slashed.has(addressOf(provider));
  const cheats = secrets.providers.filter((provider) => provider.behaviour !== 'honest');
  const honest = secrets.providers.filter((provider) => provider.behaviour === 'honest');
  return {
    cheats: { planted: cheats.length, slashed: cheats.filter(isSlashed).length },
    honest: { count: honest.length, slashed: honest.filter(isSlashed).length },
  };
}

function exact(amount: bigint | string): number {
  const number = Number(amount);
  if (!Number.isSafeInteger(number)) throw new Error(`summary: ${amount} grains do not fit`);
  return number;
}

import { readFileSync } from 'node:fs';
import { auditReserve, type ReserveAudit, signerOfText, signText } from '@stannary/chain';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CliRefusal } from '../refusal.ts';
import { writeNew } from '../write-new.ts';

interface AuditFlags {
  readonly reserve?: string;
  readonly rpc?: string;
  readonly block?: number;
  readonly fromBlock: number;
  readonly key?: string;
  readonly out?: string;
  readonly verify?: string;
  readonly force: boolean;
  readonly json: boolean;
}

/** An audit as it is written to a file: whoever changes a character of it is somebody else. */
export interface SignedAudit {
  readonly report: ReserveAudit;
  /** Null where no key was given. */
  readonly signature: { readonly signer: string; readonly signature: string } | null;
}

const CHECK_FAILED = 1;

/** `stannary audit`. */
export function defineAudit(command: Command): void {
  command
    .description('what stands behind the credits: assets, liabilities, coverage and its history, attestor and age')
    .option('--reserve <address>', "the reserve's contract")
    .option('--rpc <url>', 'node of its chain')
    .addOption(
      new Option('--block <n>', 'at this block, of a node that keeps its state; without it the newest').argParser(
        blockNumber,
      ),
    )
    .addOption(new Option('--from-block <n>', 'where the history begins').argParser(blockNumber).default(0))
    .option('--key <file>', 'sign the report: a file with 0x and the 64 hex characters of a private key')
    .option('--out <file>', 'write the signed report')
    .option('--verify <file>', 'check a report: its signature, and with --rpc every figure of it')
    .option('--force', 'overwrite a file that is there', false)
    .option('--json', 'print the signed report as one line of JSON', false)
    .addHelpText(
      'after',
      '\nExample:\n  stannary audit --reserve 0x5fbdb2315678afecb367f032d93f642f64180aa3 --rpc http://127.0.0.1:8545\n\nExit status: 0 covered and attested in time, or the report verified; 1 short, stale or not verified; 2 bad input, 3 try again.',
    )
    .action(async (flags: AuditFlags) => {
      const isGood = flags.verify === undefined ? await audit(flags) : await verify(flags.verify, flags);
      if (!isGood) process.exitCode = CHECK_FAILED;
    });
}

/** True when what is outstanding is covered and the attestation is not stale. Refuses AUDIT-OPTION, AUDIT-KEY, AUDIT-OUT. */
async function audit(flags: AuditFlags): Promise<boolean> {
  const { reserve, rpc } = flags;
  if (reserve === undefined || rpc === undefined) throw missing('--reserve and --rpc', 'audit');
  const key = flags.key === undefined ? null : keyIn(flags.key);
  const at = flags.block === undefined ? {} : { blockNumber: flags.block };
  const report = await auditReserve({ rpcUrl: rpc, reserve: reserve.toLowerCase(), fromBlock: flags.fromBlock, ...at });
  const signed = await signedAudit(report, key);
  if (flags.out !== undefined) writeAudit(flags.out, signed, flags.force);
  console.log(flags.json ? JSON.stringify(signed) : auditText(signed));
  return isCovered(report) && !report.isStale;
}

/** True when the signature is of this report and, with a node to ask, the chain says the same. Refuses AUDIT-FILE. */
async function verify(file: string, { rpc, json }: AuditFlags): Promise<boolean> {
  const { report, signature } = readAudit(file);
  const signer = signature === null ? null : await signerOfText(JSON.stringify(report), signature.signature);
  const isSigned = signature !== null && signer === signature.signer;
  const chainAgrees = rpc === undefined ? null : await isWhatTheChainSays(report, rpc);
  if (json) console.log(JSON.stringify({ file, signer: isSigned ? signer : null, chainAgrees }));
  else {
    console.log(isSigned ? `Signed by ${signer}; compare it with an address you got another way.` : 'Not signed so.');
    if (chainAgrees !== null) console.log(chainAgrees ? 'The chain says the same.' : 'The chain says otherwise.');
  }
  return isSigned && chainAgrees !== false;
}

/** The report with its signature over the JSON of it. */
export async function signedAudit(report: ReserveAudit, privateKey: string | null): Promise<SignedAudit> {
  if (privateKey === null) return { report, signature: null };
  const text = JSON.stringify(report);
  const signature = await signText(text, privateKey);
  return { report, signature: { signer: await signerOfText(text, signature), signature } };
}

/** Refuses AUDIT-OUT, OUT-EXISTS. */
export function writeAudit(file: string, signed: SignedAudit, force: boolean): void {
  const unwritable = (detail: { where: string; expected: string; got: string }) =>
    new CliRefusal('AUDIT-OUT', 'give-up', detail);
  writeNew(file, `${JSON.stringify(signed)}\n`, force, unwritable);
}

async function isWhatTheChainSays(report: ReserveAudit, rpcUrl: string): Promise<boolean> {
  const { reserve, fromBlock, block } = report;
  const again = await auditReserve({ rpcUrl, reserve, fromBlock, blockNumber: block.number });
  return JSON.stringify(again) === JSON.stringify(report);
}

function isCovered({ assetsGrains, liabilitiesGrains }: ReserveAudit): boolean {
  return BigInt(assetsGrains) >= BigInt(liabilitiesGrains);
}

function readAudit(file: string): SignedAudit {
  const expected = 'a report of stannary audit';
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const got = (error as { code?: string }).code ?? 'no JSON';
    throw new CliRefusal('AUDIT-FILE', 'input', { where: file, expected, got });
  }
  const { report, signature } = (read ?? {}) as Partial<SignedAudit>;
  const isReport = report?.kind === 'reserve-audit' && typeof report.reserve === 'string';
  const isPlaced = Number.isSafeInteger(report?.fromBlock) && Number.isSafeInteger(report?.block?.number);
  const isSigned = signature === null || typeof signature?.signature === 'string';
  if (isReport && isPlaced && isSigned) return read as SignedAudit;
  throw new CliRefusal('AUDIT-FILE', 'input', { where: file, expected, got: 'other JSON' });
}

function keyIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const got = (error as { code?: string }).code ?? 'an error';
    throw new CliRefusal('AUDIT-KEY', 'input', { where: file, expected: 'a file with a private key', got });
  }
}

function missing(expected: string, where: string): CliRefusal {
  return new CliRefusal('AUDIT-OPTION', 'input', { where, expected, got: 'less' });
}

function auditText({ report, signature }: SignedAudit): string {
  const { attestation } = report;
  const lines = [
    `reserve      ${report.reserve} on ${report.chain}`,
    `block        ${report.block.number}, ${new Date(report.block.timestampMs).toISOString()}`,
    `assets       ${report.assetsGrains} grains`,
    `liabilities  ${report.liabilitiesGrains} grains`,
    `coverage     ${percentOf(report.coveragePpm)}`,
    `attestor     ${report.attestor}`,
    attestation === null
      ? 'attestation  none'
      : `attestation  ${attestation.assetsGrains} for ${attestation.liabilitiesGrains} grains, ${attestation.ageSeconds} s old${report.isStale ? ', stale' : ''}`,
    ...report.history.map(
      ({ blockNumber, what, coveragePpm }) => `  block ${blockNumber}  ${what.padEnd(8)}  ${percentOf(coveragePpm)}`,
    ),
    signature === null ? 'Not signed.' : `Signed by ${signature.signer}.`,
  ];
  return lines.join('\n');
}

/** Four decimals, exactly what parts per million have. */
function percentOf(ppm: string | null): string {
  if (ppm === null) return 'nothing outstanding';
  const digits = ppm.padStart(5, '0');
  return `${digits.slice(0, -4)}.${digits.slice(-4)} %`;
}

function blockNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`expected a block number, got ${text}`);
}

import type { KeyObject } from 'node:crypto';
import { readReport } from '../../report/read-report.ts';
import { GateRefusal } from '../refusal.ts';
import type { GateReport, SignedGateReport } from '../report.ts';
import { canonicalKey, type DetachedSignature, signData } from './signed-form.ts';

/**
 * A report with its signature. Nobody is handed one that its own reader would refuse.
 * @throws ReportRefusal (a bug of the gate: what it reads is bounded so that its report is)
 */
export function signReport(report: GateReport, key: KeyObject): SignedGateReport {
  const signed = { report, signature: signData(report, key) };
  readReport(JSON.stringify(signed));
  return signed;
}

/**
 * A report from its file, verified: its shape, its verdicts by its own checks, and that it is to the last digit what the
 * holder of the key beside it signed.
 * @param signer public key, hex, if it must be that one
 * @throws ReportRefusal (no report, or not what was signed), GateRefusal GATE-REPORT (unsigned, or signed by another)
 */
export function verifiedReport(
  file: string,
  text: string,
  signer: string | null = null,
): SignedGateReport & { readonly signature: DetachedSignature } {
  const { report, signature } = readReport(text);
  const refused = (expected: string, got: string) => new GateRefusal('GATE-REPORT', file, expected, got);
  if (signature === null) throw refused('a signed report', 'one without a signature');
  if (signer !== null && canonicalKey(signature.publicKey) !== canonicalKey(signer)) {
    throw refused(`a report signed by ${signer}`, `one signed by ${signature.publicKey}`);
  }
  return { report, signature };
}

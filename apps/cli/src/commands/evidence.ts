import { loadEconomy, type Override } from '@stannary/economies';
import { evidenceDraft, gateKey, signData } from '@stannary/simulator/lab';
import type { Command } from 'commander';
import { textOf } from '../gate/inputs.ts';
import { CliRefusal } from '../refusal.ts';
import { writeNew } from '../write-new.ts';
import { setOption } from './set-option.ts';

interface EvidenceFlags {
  readonly economy: string;
  readonly set: readonly Override[];
  readonly key: string;
  readonly out: string;
  readonly force: boolean;
}

/** `stannary evidence`. */
export function defineEvidence(command: Command): void {
  command
    .description('sign what was measured for a row of the launch gate, for one economy')
    .argument('<draft>', 'JSON: kind, gate, figures, how, madeAt')
    .requiredOption('--economy <file>', 'the economy that it was measured for, or the name of a shipped one')
    .addOption(setOption())
    .requiredOption('--key <file>', 'key of whoever measured, PEM; made where there is none')
    .requiredOption('--out <file>', 'where to')
    .option('--force', 'overwrite a file that is there', false)
    .addHelpText(
      'after',
      '\nExample:\n  stannary evidence drill.json --economy economy.yaml --key operator.pem --out evidence/drill.json\n\nExit status: 0 signed, 2 draft, economy or key was refused.',
    )
    .action(signEvidence);
}

async function signEvidence(draft: string, { economy, set, key, out, force }: EvidenceFlags): Promise<void> {
  const { economyHash } = await loadEconomy(economy, { set });
  const evidence = evidenceDraft(draft, textOf('GATE-EVIDENCE-FORM', draft), economyHash);
  const signed = { format: 'stannary-evidence/1', evidence, signature: signData(evidence, gateKey(key).key) };
  writeNew(out, `${JSON.stringify(signed)}\n`, force, (detail) => new CliRefusal('GATE-OUT', 'give-up', detail));
  console.log(`${out}: ${evidence.kind} for ${evidence.gate} of ${economyHash}`);
}

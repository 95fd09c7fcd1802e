import { loadEconomy, type Override, programmeOf } from '@stannary/economies';
import type { ProgrammeRule, ReplayLayout } from '@stannary/kernel';
import { CliRefusal } from '../refusal.ts';
import { payoutsCsv, reportJson, reportText } from '../replay/print.ts';
import { readFolder } from '../replay/read-folder.ts';
import { replay } from '../replay/replay.ts';
import { writeNew } from '../write-new.ts';

export interface ReplayFlags {
  /** Folder of CSV files. */
  readonly data: string;
  /** Where every payout is written. */
  readonly out?: string;
  /** Over a file that is there. */
  readonly force: boolean;
  readonly json: boolean;
}

/** True when every compared row matches. Refuses as `runReplay` and `loadEconomy` do, and with REPLAY-LAYOUT. */
export async function replayEconomy(
  nameOrPath: string,
  flags: ReplayFlags & { readonly set: readonly Override[] },
): Promise<boolean> {
  const loaded = await loadEconomy(nameOrPath, { set: flags.set });
  const programme = programmeOf(loaded);
  const layout = loaded.economy.replay;
  if (layout === null) {
    const detail = {
      where: `${nameOrPath} replay`,
      expected: 'where the columns of a data folder are',
      got: 'nothing',
    };
    throw new CliRefusal('REPLAY-LAYOUT', 'input', detail);
  }
  return runReplay(programme, layout, flags, console.log);
}

/**
 * Recomputes a programme's payouts from a folder and prints how they compare with what was really paid.
 * True when every compared row matches; without a file of payments there is none.
 * Refuses with every `REPLAY-…` code, with REPLAY-OUT and OUT-EXISTS, and as `payPeriod` does.
 */
export async function runReplay(
  programme: ProgrammeRule,
  layout: ReplayLayout,
  flags: ReplayFlags,
  print: (line: string) => void,
): Promise<boolean> {
  const report = replay(programme, await readFolder(flags.data, layout), layout.tolerance);
  if (flags.out !== undefined) {
    writeNew(flags.out, payoutsCsv(report), flags.force, (detail) => new CliRefusal('REPLAY-OUT', 'give-up', detail));
  }
  print(flags.json ? JSON.stringify(reportJson(report)) : reportText(report));
  return report.differing.length === 0;
}

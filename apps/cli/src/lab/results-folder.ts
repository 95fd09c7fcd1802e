import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CampaignPlan,
  CsvFile,
  FAN_TABLE,
  fanRows,
  holdsCampaign,
  type JobResult,
  ParquetFile,
  type PointTally,
  runTable,
  type SweptPoint,
} from '@stannary/simulator/lab';
import { CliRefusal } from '../refusal.ts';
import { makeOutFolder } from '../write-new.ts';

type Table = Pick<CsvFile, 'row' | 'close'>;

/** @throws OUT-RESUME for a folder that holds results, unless they are to be gone on with */
export function checkOut(folder: string, resume: boolean): void {
  if (!holdsCampaign(folder) || resume) return;
  throw new CliRefusal('OUT-RESUME', 'input', {
    where: '--out',
    expected: 'a folder without results',
    got: folder,
    remedy: 'go on with them by --resume, or choose another folder',
  });
}

/** Every run and every fan as CSV and Parquet. A table gets its name when it is whole. */
export class ResultsFolder {
  readonly #folder: string;
  readonly #points: readonly SweptPoint[];
  #runs: { readonly tables: readonly Table[]; readonly row: ReturnType<typeof runTable>['row'] } | null = null;

  /** Refuses OUT-FOLDER. */
  constructor(folder: string, points: readonly SweptPoint[]) {
    this.#folder = folder;
    this.#points = points;
    makeOutFolder(folder);
  }

  add(job: Parameters<ReturnType<typeof runTable>['row']>[0], result: JobResult): void {
    if (this.#runs === null) {
      const { columns, row } = runTable(this.#points, Object.keys(result.figures));
      this.#runs = {
        row,
        tables: [new CsvFile(this.#new('runs.csv'), columns), new ParquetFile(this.#new('runs.parquet'), columns)],
      };
    }
    const cells = this.#runs.row(job, result);
    for (const table of this.#runs.tables) table.row(cells);
  }

  /** Writes what is left: the fans, the summary as JSON, and the page. */
  finish(plan: CampaignPlan, tallies: readonly PointTally[], summary: object, page: string): void {
    for (const table of this.#runs?.tables ?? []) table.close();
    const fans = [new CsvFile(this.#new('fans.csv'), FAN_TABLE), new ParquetFile(this.#new('fans.parquet'), FAN_TABLE)];
    for (const row of fanRows(plan, tallies)) for (const table of fans) table.row(row);
    for (const table of fans) table.close();
    writeFileSync(this.#new('summary.json'), `${JSON.stringify(summary)}\n`);
    writeFileSync(this.#new('report.html'), page);
    for (const name of NAMES) renameSync(this.#new(name), join(this.#folder, name));
  }

  #new(name: string): string {
    return join(this.#folder, `${name}.new`);
  }
}

const NAMES = ['runs.csv', 'runs.parquet', 'fans.csv', 'fans.parquet', 'summary.json', 'report.html'];

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayClient, type StatementAnswer } from '@stannary/gateway/client';
import type { Economy, Statement } from '@stannary/kernel';
import { contentHash } from '@stannary/wire';
import { CliRefusal } from '../refusal.ts';
import { makeOutFolder } from '../write-new.ts';

/** Statements of one economy, in the order of their epochs, and the economy itself where it is known. */
export interface Published {
  readonly economyHash: string;
  readonly economy: Economy | null;
  readonly source: string;
  readonly statements: () => Iterable<Statement> | AsyncIterable<Statement>;
  /** Earlier statements, which are of another version of the economy. */
  readonly leftOut: number;
}

const ECONOMY_FILE = 'economy.json';

interface Found {
  readonly path: string;
  readonly epoch: number;
  readonly economyHash: string;
}

/**
 * A folder of statements as the gateway serves them, one JSON file each, and of `economy.json`, which is the answer to
 * `GET /v1/policies/:hash`. Each is read when its turn comes. Refuses CALIBRATE-FOLDER, CALIBRATE-FILE.
 */
export function publishedIn(folder: string): Published {
  const found = jsonFiles(folder).map((path): Found => {
    const { epoch, economyHash } = readStatement(path);
    return { path, epoch, economyHash };
  });
  if (found.length === 0) throw refused('CALIBRATE-FOLDER', folder, 'statements, a JSON file each', 'none');
  const sorted = found.toSorted((x, y) => x.epoch - y.epoch);
  const { economyHash } = sorted.at(-1)!;
  const before = sorted.findLastIndex((one) => one.economyHash !== economyHash) + 1;
  return {
    economyHash,
    economy: economyIn(folder, economyHash),
    source: folder,
    leftOut: before,
    *statements() {
      for (const { path } of sorted.slice(before)) yield readStatement(path);
    },
  };
}

/**
 * All epochs of the policy in force that a gateway has settled; kept in a folder, where one is named. Refuses OUT-FOLDER.
 * @throws GatewayRefusal
 */
export async function publishedBy(url: string, save: string | null): Promise<Published> {
  const client = new GatewayClient({ baseUrl: url });
  const { settledEpoch, policy } = await client.status();
  const last = await client.statement(settledEpoch);
  const { economyHash } = last.statement;
  const served = await client.policy(economyHash);
  if (save !== null) {
    makeOutFolder(save);
    writeFileSync(join(save, ECONOMY_FILE), JSON.stringify(served));
  }
  const first = Math.min(served.fromEpoch, settledEpoch, policy.fromEpoch);
  return {
    economyHash,
    economy: served.economy,
    source: url,
    leftOut: first,
    async *statements() {
      for (let epoch = first; epoch <= settledEpoch; epoch += 1) {
        const answer = epoch === settledEpoch ? last : await client.statement(epoch);
        if (save !== null) writeFileSync(join(save, `${`${epoch}`.padStart(9, '0')}.json`), JSON.stringify(answer));
        yield checked(answer, `${url} epoch ${epoch}`);
      }
    },
  };
}

function jsonFiles(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json') && name !== ECONOMY_FILE);
    return names.sort().map((name) => join(folder, name));
  } catch (cause) {
    throw refused(
      'CALIBRATE-FOLDER',
      folder,
      'a folder that can be read',
      (cause as { code?: string }).code ?? 'an error',
    );
  }
}

function readStatement(path: string): Statement {
  return checked(readJson(path) as StatementAnswer, path);
}

/** Refuses CALIBRATE-FILE for what is no statement, and for one whose hash is another. */
function checked(answer: StatementAnswer, where: string): Statement {
  const statement = answer?.statement as Statement | undefined;
  const numbers = [statement?.epoch, statement?.usedNcuMs, statement?.offeredNcuMs, statement?.priceMicrograinsPerNcuS];
  const isWhole = numbers.every((value) => Number.isSafeInteger(value) && value! >= 0);
  if (!isWhole || !Array.isArray(statement?.nodes?.columns?.nodeId) || !Array.isArray(statement.faults)) {
    throw refused(
      'CALIBRATE-FILE',
      where,
      'a statement as GET /v1/epochs/:epoch/statement answers it',
      'something else',
    );
  }
  const hash = contentHash(statement);
  if (hash !== answer.statementHash)
    throw refused('CALIBRATE-FILE', where, `the hash ${hash}`, `${answer.statementHash}`);
  return statement;
}

function economyIn(folder: string, economyHash: string): Economy | null {
  const path = join(folder, ECONOMY_FILE);
  if (!readdirSync(folder).includes(ECONOMY_FILE)) return null;
  const served = readJson(path) as { economy?: Economy; economyHash?: string };
  if (served?.economyHash === economyHash && served.economy !== undefined) return served.economy;
  throw refused('CALIBRATE-FILE', path, `the economy ${economyHash}`, `${served?.economyHash}`);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw refused('CALIBRATE-FILE', path, 'JSON', (cause as Error).message);
  }
}

function refused(code: string, where: string, expected: string, got: string): CliRefusal {
  return new CliRefusal(code, 'input', { where, expected, got });
}

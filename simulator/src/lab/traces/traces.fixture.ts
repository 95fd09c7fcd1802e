import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { TraceRefusal, type TraceRefusalCode } from './refusal.ts';

const DATA = process.env.STANNARY_DATA ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url));

/** A test over the public data sets where they lie, which CI must have. */
export function sharedDataTest(name: string, check: () => Promise<void>): void {
  const isMissing = !existsSync(DATA);
  const skip = isMissing && process.env.CI !== 'true' ? `no real traces: ${DATA}` : false;
  test(name, { skip }, async () => {
    assert.ok(!isMissing, `CI needs the real traces: expected a folder ${DATA}`);
    await check();
  });
}

/** Files with these texts, gone afterwards. */
export async function withFiles(
  texts: Readonly<Record<string, string>>,
  check: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'stannary-traces-'));
  try {
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
    await check(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** For assert.throws and rejects: a refusal of exactly this code at this place. */
export function refusal(code: TraceRefusalCode, where: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof TraceRefusal, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.where, where);
    assert.ok(error.message.includes('expected '));
    return true;
  };
}

export async function collect<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

export function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `expected ${expected} within ${tolerance}, got ${actual}`);
}

/** A stand-in for the simulator's addressed draws: a hash of the address (splitmix64's finaliser on 32 bits). */
export function hashUniform(seed: number): (purpose: string, epoch: number, agent: number, draw: number) => number {
  return (purpose, epoch, agent, draw) => {
    let hash = seed ^ 0x9e3779b9;
    for (const part of [purpose.length * 31 + purpose.charCodeAt(purpose.length - 1), epoch, agent, draw]) {
      hash = Math.imul(hash ^ part, 0x85ebca6b);
      hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
      hash ^= hash >>> 16;
    }
    return (hash >>> 0) / 2 ** 32;
  };
}

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { complianceGate, economyRegistry, emergencyPause, rollbackTriggers, treasury } from './generated/contracts.ts';
import { GOVERNANCE_ROLES, GUARDED_FUNCTIONS, ROLE_HOLDERS } from './governance-wiring.ts';

const CONTRACTS = { complianceGate, economyRegistry, emergencyPause, rollbackTriggers, treasury };
const SOURCES = new URL('../../contracts/src/', import.meta.url);

/** Names of a contract's functions that only holders of a role may call, from its source. */
function restrictedIn(contract: string): string[] {
  const file = `${contract.charAt(0).toUpperCase()}${contract.slice(1)}.sol`;
  const source = readFileSync(new URL(file, SOURCES), 'utf8');
  return [...source.matchAll(/function (\w+)\([^)]*\) external restricted/g)].map(([, name]) => name ?? '');
}

test('every guarded function is there, once, and has a role', () => {
  for (const [contract, { abi }] of Object.entries(CONTRACTS)) {
    const named = GUARDED_FUNCTIONS.filter((one) => one.contract === contract).flatMap(({ functions }) => functions);
    assert.deepEqual([...named].sort(), restrictedIn(contract).sort(), contract);
    for (const name of named) {
      assert.equal(abi.filter((entry) => entry.type === 'function' && entry.name === name).length, 1, name);
    }
  }
});

test('every role has a holder, and what loosens is held by the timelock alone', () => {
  assert.deepEqual(Object.keys(ROLE_HOLDERS).sort(), Object.keys(GOVERNANCE_ROLES).sort());
  assert.deepEqual(ROLE_HOLDERS.governance, ['timelock']);
});

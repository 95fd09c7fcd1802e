import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Abi, type AbiParameter, encodeErrorResult } from 'viem';
import * as contracts from './generated/contracts.ts';
import { revertAdvice } from './revert-advice.ts';
import { revertedRefusal } from './rpc.ts';

const SOURCES = join(import.meta.dirname, '../../contracts/src');
const ERRORS = Object.values(contracts).flatMap(({ abi }) => (abi as Abi).filter(({ type }) => type === 'error'));

test('no error of a contract is without advice', () => {
  const names = [...new Set(ERRORS.map((error) => (error as { name: string }).name))];
  assert.ok(names.length > 200, 'the interfaces are there');
  assert.deepEqual(
    names.filter((name) => revertAdvice(name).code === 'REVERT-UNKNOWN'),
    [],
  );
});

test('nor is one that only a library or an interface in the sources has', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.sol'));
  const texts = files.map((file) => readFileSync(join(SOURCES, file), 'utf8'));
  const names = texts.flatMap((text) => [...text.matchAll(/^\s*error (\w+)\(/gm)].map(([, name]) => name!));
  assert.deepEqual(
    [...new Set(names)].filter((name) => revertAdvice(name).code === 'REVERT-UNKNOWN'),
    [],
  );
});

test('every error of every contract becomes a refusal with its name, code, arguments, class and advice', () => {
  for (const error of ERRORS) {
    const { name, inputs } = error as { name: string; inputs: readonly AbiParameter[] };
    const data = encodeErrorResult({ abi: [error], errorName: name, args: inputs.map(someOf) });
    const refusal = revertedRefusal(data, 'a call');
    const { code, refusalClass, advice } = revertAdvice(name);
    assert.equal(refusal.code, 'CHAIN-REVERTED');
    assert.equal(refusal.revert!.name, name);
    assert.equal(Object.keys(refusal.revert!.args).length, inputs.length, name);
    assert.deepEqual([refusal.revertCode, refusal.refusalClass, refusal.advice], [code, refusalClass, advice]);
    assert.match(code, /^REVERT-[A-Z0-9]+(-[A-Z0-9]+)*$/);
    assert.ok(refusal.message.endsWith(advice), refusal.message);
  }
});

test('bytes that no contract of the network says are unknown, and a refusal all the same', () => {
  for (const data of ['0x', '0x12345678'] as const) {
    const refusal = revertedRefusal(data, 'a call');
    assert.deepEqual([refusal.revertCode, refusal.refusalClass], ['REVERT-UNKNOWN', 'give-up']);
  }
});

test('a plain reason and an assertion of the compiler are told', () => {
  const reason = encodeErrorResult({
    abi: [{ type: 'error', name: 'Error', inputs: [{ name: 'message', type: 'string' }] }],
    args: ['no'],
  });
  assert.deepEqual(revertedRefusal(reason, 'a call').revert, { name: 'Error', args: { message: 'no' } });
});

/** Some value of a type. */
function someOf({ type, ...parameter }: AbiParameter): unknown {
  if (type.endsWith(']')) return [];
  if (type === 'tuple')
    return Object.fromEntries(
      (parameter as { components: AbiParameter[] }).components.map((one) => [one.name, someOf(one)]),
    );
  if (type === 'address') return `0x${'11'.repeat(20)}`;
  if (type === 'bool') return true;
  if (type === 'string') return 'text';
  if (type === 'bytes') return '0x12';
  const [, size] = /^bytes(\d+)$/.exec(type) ?? [];
  if (size !== undefined) return `0x${'22'.repeat(Number(size))}`;
  return Number(/\d+$/.exec(type)?.[0] ?? 256) <= 48 ? 1 : 1n;
}

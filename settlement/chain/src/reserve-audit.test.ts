import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Abi, encodeDeployData, encodeFunctionData, getContractAddress, type Hex, zeroAddress } from 'viem';
import { devAccount, signerOf } from './account.ts';
import { credit, reserve, workToken } from './generated/contracts.ts';
import { auditReserve, signerOfText, signText, startLocalChain } from './index.ts';
import { temporaryFolder, until } from './network.fixture.ts';
import { queueOf, type Send } from './queue.ts';
import { asking, openRpc } from './rpc.ts';

const OWNER = devAccount(1);
const UNIT = 1_000_000n;
/** What differs in an audit of a later block in which nothing happened. */
const LATER = { block: 0, attestation: 0, history: [] };
const THROTTLE = { warnPpm: 1_000_000, haltPpm: 900_000, stepPpm: 10_000, slowIssuePpm: 0, waitSecondsMin: 0 };

/** A chain with a credit, its reserve of a token of six decimals, an attestation, and a hundred units paid in. */
async function startReserve(context: TestContext) {
  const chain = await startLocalChain({ stateFile: join(await temporaryFolder(context), 'chain.json') });
  context.after(() => chain.stop());
  const rpc = openRpc(chain.rpcUrl);
  const owner = signerOf(OWNER.privateKey);
  const addressAt = (nonce: number) => getContractAddress({ from: owner.address, nonce: BigInt(nonce) });
  const [asset, creditAt, reserveAt] = [addressAt(0), addressAt(1), addressAt(2)];
  const attestation = { assetsGrains: 100n * UNIT, liabilitiesGrains: 99n * UNIT, reportHash: `0x${'ab'.repeat(32)}` };
  await queueOf(rpc, chain.rpcUrl, owner).run(async (send) => {
    const genesis = [{ account: owner.address, grains: 1_000n * UNIT }];
    await create(send, workToken, [owner.address, 1_000n * UNIT, 0n, genesis]);
    await create(send, credit, [reserveAt]);
    await create(send, reserve, [settingsOf(creditAt, asset, owner.address)]);
    const { timestamp } = await asking('getBlock', () => rpc.getBlock());
    const count = { ...attestation, asOf: timestamp } as const;
    const signature = await owner.signTypedData({
      domain: { name: 'Stannary Reserve', version: '1', chainId: 31337, verifyingContract: reserveAt },
      primaryType: 'Attestation',
      types: {
        Attestation: [
          { name: 'assetsGrains', type: 'uint128' },
          { name: 'liabilitiesGrains', type: 'uint128' },
          { name: 'asOf', type: 'uint64' },
          { name: 'reportHash', type: 'bytes32' },
        ],
      },
      message: { ...count, reportHash: count.reportHash as Hex },
    });
    await call(send, reserveAt, reserve, 'attest', [count, signature]);
    await call(send, asset, workToken, 'approve', [reserveAt, 100n * UNIT]);
    await call(send, reserveAt, reserve, 'issue', [owner.address, 100n * UNIT, 0n]);
  });
  return { rpcUrl: chain.rpcUrl, asset: asset.toLowerCase(), reserve: reserveAt.toLowerCase() };
}

interface Compiled {
  readonly abi: unknown;
  readonly bytecode: Hex;
}

function create(send: Send, { abi, bytecode }: Compiled, args: readonly unknown[]) {
  return send({ data: encodeDeployData({ abi: abi as Abi, bytecode, args }), what: 'deploying' });
}

function call(send: Send, to: Hex, { abi }: Compiled, functionName: string, args: readonly unknown[]) {
  return send({ to, data: encodeFunctionData({ abi: abi as Abi, functionName, args }), what: functionName });
}

function settingsOf(creditAt: Hex, asset: Hex, attestor: Hex) {
  return {
    ...{ credit: creditAt, asset, workToken: zeroAddress, tokenPrice: zeroAddress, attestor },
    ...{ attestationSecondsMax: 86_400n, redemptionEraSeconds: 60n },
    ...{ spreadPpm: 10_000, tokenHaircutPpm: 0, tokenCoverPpmMin: 0, throttle: THROTTLE, slowWaitSeconds: [60] },
    ...{ gate: zeroAddress, pauses: zeroAddress },
  };
}

test('an audit says what stands behind the credits at one block', {
  timeout: 60_000,
}, async (context) => {
  const at = await startReserve(context);
  const audit = await auditReserve({ rpcUrl: at.rpcUrl, reserve: at.reserve, fromBlock: 0 });
  assert.equal(audit.chain, 'eip155:31337');
  assert.equal(audit.asset, at.asset);
  assert.equal(audit.assetsGrains, `${100n * UNIT}`);
  assert.equal(audit.liabilitiesGrains, `${99n * UNIT}`);
  assert.equal(audit.coveragePpm, '1010101');
  assert.equal(audit.attestor, OWNER.address);
  assert.equal(audit.attestation?.reportHash, 'ab'.repeat(32));
  assert.ok(!audit.isStale && audit.attestation!.ageSeconds < 60);
  assert.deepEqual(
    audit.history.map(({ what, coveragePpm }) => [what, coveragePpm]),
    [
      ['attested', '1010101'],
      ['issued', '1010101'],
    ],
  );
  const options = { rpcUrl: at.rpcUrl, reserve: at.reserve, fromBlock: audit.block.number + 1 };
  const later = await until(async () => {
    const again = await auditReserve(options);
    return again.block.number > audit.block.number && again;
  });
  assert.deepEqual({ ...later, block: 0, attestation: 0 }, { ...audit, ...LATER, fromBlock: options.fromBlock });
  // This chain keeps no old states.
  await assert.rejects(auditReserve({ ...options, blockNumber: 1 }), { code: 'CHAIN-BLOCK-UNKNOWN' });
  for (const [address, got] of [
    [`0x${'11'.repeat(20)}`, /nothing/],
    [at.asset, /another contract/],
  ] as const) {
    const refused = auditReserve({ rpcUrl: at.rpcUrl, reserve: address, fromBlock: 0 });
    await assert.rejects(refused, { code: 'CHAIN-ADDRESS-BOOK', got });
  }
});

test('a text is signed by one account; changed by a character it is by another', async () => {
  const signature = await signText('coverage 1.0101', OWNER.privateKey);
  assert.equal(await signerOfText('coverage 1.0101', signature), OWNER.address);
  assert.notEqual(await signerOfText('coverage 1.0102', signature), OWNER.address);
});

test('CHAIN-RANGE: what is no signature', async () => {
  for (const signature of ['0x', '0x1234', `0x${'00'.repeat(65)}`]) {
    await assert.rejects(signerOfText('text', signature), { code: 'CHAIN-RANGE' });
  }
});

import { type Address, encodeFunctionData, type Hex } from 'viem';
import { LOCAL_CHAIN_ID, signerOf } from './account.ts';
import { credit, localAsset, reserve } from './generated/contracts.ts';
import { queueOf } from './queue.ts';
import { asking, openRpc } from './rpc.ts';
import { addressOf, uintOf } from './values.ts';

/** Who acts on which reserve. */
export interface ReserveAccess {
  readonly rpcUrl: string;
  readonly privateKey: string;
  /** Address of the contract. */
  readonly reserve: string;
}

const PPM = 1_000_000n;

/**
 * The attestor's count of what stands behind the credits, as the chain has it at this moment; the hash is SHA-256 of the
 * published report. Errors: CHAIN-RANGE, CHAIN-REVERTED (not the attestor), CHAIN-RPC-UNREACHABLE, CHAIN-NOT-MINED.
 */
export async function attestReserve(access: ReserveAccess, reportHash: string): Promise<void> {
  const { rpc, account, address, send } = open(access);
  const read = { abi: reserve.abi, address } as const;
  const [assetsGrains, liabilitiesGrains, block] = await asking('attestReserve', () =>
    Promise.all([
      rpc.readContract({ ...read, functionName: 'assetsGrains' }),
      rpc.readContract({ ...read, functionName: 'outstandingGrains' }),
      rpc.getBlock(),
    ]),
  );
  const count = { assetsGrains, liabilitiesGrains, asOf: block.timestamp, reportHash: `0x${reportHash}` as Hex };
  const digest = await asking('reserve.attestationDigest', () =>
    rpc.readContract({ ...read, functionName: 'attestationDigest', args: [count] }),
  );
  const signature = await account.sign({ hash: digest });
  const data = encodeFunctionData({ abi: reserve.abi, functionName: 'attest', args: [count, signature] });
  await send([{ to: address, data, what: 'reserve.attest' }]);
}

/**
 * Pays in so much of the reserve's asset that at least `grains` credits come of it, for this key's own account. On a local
 * chain, whose asset is worth nothing, the asset is made first.
 * Errors: CHAIN-RANGE, CHAIN-REVERTED (`revert` says why), CHAIN-RPC-UNREACHABLE, CHAIN-NOT-MINED.
 */
export async function buyCredits(access: ReserveAccess, grains: number): Promise<void> {
  const { rpc, account, address, send } = open(access);
  const read = { abi: reserve.abi, address } as const;
  const [asset, creditAt, spreadPpm, chainId] = await asking('buyCredits', () =>
    Promise.all([
      rpc.readContract({ ...read, functionName: 'asset' }),
      rpc.readContract({ ...read, functionName: 'credit' }),
      rpc.readContract({ ...read, functionName: 'spreadPpm' }),
      rpc.getChainId(),
    ]),
  );
  const decimalsOf = (token: Address) =>
    asking('decimals', () => rpc.readContract({ abi: credit.abi, address: token, functionName: 'decimals' }));
  const [assetDecimals, creditDecimals] = await Promise.all([decimalsOf(asset), decimalsOf(creditAt)]);
  const wanted = uintOf(grains, 'grains');
  const kept = PPM - BigInt(spreadPpm);
  const units = scaledUp((wanted * PPM + kept - 1n) / kept, creditDecimals, assetDecimals);
  const token = { abi: localAsset.abi } as const;
  const owner = account.address;
  const mint = { to: asset, data: encodeFunctionData({ ...token, functionName: 'mint', args: [owner, units] }) };
  const approve = {
    to: asset,
    data: encodeFunctionData({ ...token, functionName: 'approve', args: [address, units] }),
  };
  const issue = encodeFunctionData({ abi: reserve.abi, functionName: 'issue', args: [owner, units, wanted] });
  await send([
    ...(chainId === LOCAL_CHAIN_ID ? [{ ...mint, what: 'localAsset.mint' }] : []),
    { ...approve, what: 'asset.approve' },
    { to: address, data: issue, what: 'reserve.issue' },
  ]);
}

function open({ rpcUrl, privateKey, reserve: reserveAt }: ReserveAccess) {
  const rpc = openRpc(rpcUrl);
  const account = signerOf(privateKey);
  const queue = queueOf(rpc, rpcUrl, account);
  const send = (calls: readonly { readonly to: Address; readonly data: Hex; readonly what: string }[]) =>
    queue.run(async (sendOne) => {
      for (const call of calls) await sendOne(call);
    });
  return { rpc, account, address: addressOf(reserveAt, 'reserve'), send };
}

/** Units of one token that are worth so many of another, rounded up. */
function scaledUp(amount: bigint, fromDecimals: number, toDecimals: number): bigint {
  const [up, down] = [10n ** BigInt(toDecimals), 10n ** BigInt(fromDecimals)];
  return (amount * up + down - 1n) / down;
}

import { type Address, encodeAbiParameters, encodeFunctionData, type Hex, keccak256 } from 'viem';
import { council } from '../generated/contracts.ts';
import type { Send } from '../queue.ts';
import { asking, type Rpc } from '../rpc.ts';

/** What a run did for a motion; `waiting`: this key has done its part, and the quorum has not agreed. */
export type MotionStep = 'put' | 'answered' | 'carried' | 'waiting';

export interface Seated {
  readonly rpc: Rpc;
  readonly send: Send;
  readonly account: Address;
  /** The council. */
  readonly at: Address;
}

export interface Motion {
  readonly target: Address;
  readonly data: Hex;
  readonly reasonHash: Hex;
}

const NO_VALUE = 0n;

/**
 * The next step of one call that seats are to agree on: put, where no open motion is for it; answered with yes, where this
 * seat has not; carried out as soon as the quorum has agreed.
 */
export async function stepMotion(seated: Seated, motion: Motion): Promise<MotionStep> {
  const { target, data, reasonHash } = motion;
  const open = await openMotion(seated, motion);
  let step: MotionStep = 'waiting';
  if (open === null) {
    await doing(seated, 'put', [target, NO_VALUE, data, reasonHash]);
    step = 'put';
  } else if (open.isMine) {
    await doing(seated, 'answer', [open.id, true]);
    step = 'answered';
  }
  const { id } = open ?? (await openMotion(seated, motion))!;
  if (!(await isAgreed(seated, id))) return step;
  await doing(seated, 'execute', [id, target, NO_VALUE, data]);
  return 'carried';
}

/** The newest motion for this call that can be answered, and whether this seat has still to. */
async function openMotion({ rpc, at, account }: Seated, { target, data }: Motion) {
  const read = { abi: council.abi, address: at } as const;
  const parameters = [{ type: 'address' }, { type: 'uint256' }, { type: 'bytes32' }] as const;
  const callHash = keccak256(encodeAbiParameters(parameters, [target, NO_VALUE, keccak256(data)]));
  const { timestamp } = await asking('eth_getBlockByNumber', () => rpc.getBlock());
  const count = await asking('council.motionCount', () => rpc.readContract({ ...read, functionName: 'motionCount' }));
  for (let id = count; id > 0; id -= 1) {
    const motion = await asking('council.motionOf', () =>
      rpc.readContract({ ...read, functionName: 'motionOf', args: [id] }),
    );
    if (motion.callHash !== callHash || motion.executed || motion.endsAt <= Number(timestamp)) continue;
    const seat = await seatOf(rpc, at, account);
    const bit = seat === null ? 0 : 2 ** seat;
    const isMine = seat !== null && Math.floor((motion.ayes + motion.noes) / bit) % 2 === 0;
    return { id, isMine };
  }
  return null;
}

async function seatOf(rpc: Rpc, at: Address, account: Address): Promise<number | null> {
  const read = { abi: council.abi, address: at } as const;
  const count = await asking('council.seatCount', () => rpc.readContract({ ...read, functionName: 'seatCount' }));
  for (let seat = 0; seat < Number(count); seat += 1) {
    const { holder } = await asking('council.seatOf', () =>
      rpc.readContract({ ...read, functionName: 'seatOf', args: [seat] }),
    );
    if (holder === account) return seat;
  }
  return null;
}

async function isAgreed({ rpc, at }: Seated, id: number): Promise<boolean> {
  const read = { abi: council.abi, address: at } as const;
  const [ayes, quorum] = await asking('council.ayesOf', () =>
    Promise.all([
      rpc.readContract({ ...read, functionName: 'ayesOf', args: [id] }),
      rpc.readContract({ ...read, functionName: 'quorum' }),
    ]),
  );
  return Number(ayes) >= quorum;
}

async function doing({ send, at }: Seated, functionName: 'put' | 'answer' | 'execute', args: readonly unknown[]) {
  const data = encodeFunctionData({ abi: council.abi, functionName, args: args as never });
  await send({ to: at, data, what: `council.${functionName}` });
}

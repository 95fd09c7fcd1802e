import { writeFileSync } from 'node:fs';
import { goldenMessages } from './golden.ts';
import { payoutVectors } from './payout-vectors.ts';
import { voucherVectors } from './voucher-vectors.ts';

// Writes the committed vectors anew: `node wire/test/write-vectors.ts`, then `biome check --write`. Tests compare.

export const GOLDEN_FILE = new URL('../golden.json', import.meta.url);
export const PAYOUT_TREE_FILE = new URL('../../test/vectors/payout-tree.json', import.meta.url);
export const VOUCHER_FILE = new URL('../../test/vectors/voucher.json', import.meta.url);

if (import.meta.main) {
  writeFileSync(GOLDEN_FILE, `${JSON.stringify(goldenMessages(), null, 2)}\n`);
  writeFileSync(PAYOUT_TREE_FILE, `${JSON.stringify(payoutVectors(), null, 2)}\n`);
  writeFileSync(VOUCHER_FILE, `${JSON.stringify(voucherVectors(), null, 2)}\n`);
}

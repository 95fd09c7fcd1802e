// npm run data: fetches the public data sets that simulations run on, pinned by commit and checksum.
//   npm run data                               every set that a recipe makes
//   npm run data -- alibaba-gpu-v2023          some sets
//   npm run data -- --dry-run                  only says what it would fetch, and from where
//   npm run data -- --to DIR                   into another folder than STANNARY_DATA or ../shared/data
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runOnNode24 } from './node-24.mjs';

await runOnNode24();
const { DATA_SETS, isByHand } = await import('./data-sets.ts');
const { addressesOf, bringFile, ChecksumError } = await import('./fetch-data.ts');
const { ROOT } = await import('./source-tree.ts');

const EXIT = { input: 2, retry: 3, giveUp: 4 };
/** The largest file of the sets is 2 MB; their largest package 1 MB. */
const BYTES_MAX = 64 * 2 ** 20;
const PATIENCE_MS = 120_000;

const { values, positionals } = readArguments();
const folder = values.to ?? process.env.STANNARY_DATA ?? join(ROOT, '../shared/data');
const unknown = positionals.find((name) => !DATA_SETS.some((set) => set.name === name));
if (unknown !== undefined)
  leave(`${unknown}: expected one of ${DATA_SETS.map(({ name }) => name).join(', ')}`, EXIT.input);
const sets = DATA_SETS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

for (const set of sets) for (const file of set.files) await (values['dry-run'] ? announce : bring)(set, file);

function announce(set, file) {
  console.log(`${set.name}/${file.file} (${set.licence})`);
  if (isByHand(file)) console.log(`  by hand, from ${file.from}: ${file.why}`);
  else
    for (const address of addressesOf(file.origin))
      console.log(`  ${address}${'listed' in file.origin ? ` and what it lists as ${file.origin.listed.source}` : ''}`);
}

async function bring(set, file) {
  const name = `${set.name}/${file.file}`;
  try {
    const outcome = await bringFile(set, file, folder, get);
    if (outcome === 'by hand') console.log(`${name}: by hand, from ${file.from}: ${file.why}`);
    else console.log(`${name}: ${outcome} (${set.licence})`);
  } catch (error) {
    console.error(`${error.message}`);
    process.exitCode = Math.max(process.exitCode ?? 0, error instanceof ChecksumError ? EXIT.giveUp : EXIT.retry);
  }
}

async function get(url) {
  const answer = await fetch(url, {
    headers: { 'user-agent': 'stannary' },
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((cause) => {
    throw new Error(`${url}: expected an answer, got ${cause.cause?.code ?? cause.message}`, { cause });
  });
  if (!answer.ok) throw new Error(`${url}: expected the file, got status ${answer.status}`);
  const chunks = [];
  let size = 0;
  for await (const chunk of answer.body) {
    size += chunk.length;
    if (size > BYTES_MAX) throw new Error(`${url}: expected at most ${BYTES_MAX} bytes, got more`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function readArguments() {
  try {
    return parseArgs({ options: { 'dry-run': { type: 'boolean' }, to: { type: 'string' } }, allowPositionals: true });
  } catch (error) {
    return leave(error.message, EXIT.input);
  }
}

function leave(message, status) {
  console.error(message);
  process.exit(status);
}

// Loaded before every test file: one seed for all its properties, so that a run of the tests says the same thing twice.
// STANNARY_SEED=N draws other cases, STANNARY_SEED=random new ones each time; a failure prints the seed it failed with.
import fc from 'fast-check';

const FIXED_SEED = 20_261_127;

const asked = process.env.STANNARY_SEED ?? String(FIXED_SEED);
const seed = asked === 'random' ? Date.now() ^ (process.pid << 16) : Number(asked);
if (!Number.isInteger(seed)) throw new Error(`STANNARY_SEED: expected an integer or "random", got "${asked}"`);
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });

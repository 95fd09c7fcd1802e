import { readFile } from 'node:fs/promises';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { GatewayRefusal } from './client/refusal.ts';

const ADDRESS = Type.String({ pattern: '^0x[0-9a-f]{40}$' });
const HASH = Type.String({ pattern: '^[0-9a-f]{64}$' });

const CONFIG = Type.Object(
  {
    name: Type.String(),
    /** Folder for the database and the blobs. */
    dataDirectory: Type.String(),
    host: Type.String(),
    port: Type.Integer({ minimum: 0, maximum: 65535 }),
    /** Path of an economy file, or a shipped economy's name. */
    economy: Type.String(),
    rpcUrl: Type.String(),
    /** Other nodes of the chain: what is read into the ledger must be the same from at least two. */
    witnessRpcUrls: Type.Optional(Type.Array(Type.String())),
    addressBook: Type.Object({
      chain: Type.String(),
      deploymentBlock: Type.Integer(),
      contracts: Type.Object({
        workToken: ADDRESS,
        credit: ADDRESS,
        nodeRegistry: ADDRESS,
        bondVault: ADDRESS,
        settlement: ADDRESS,
        eraChallenges: ADDRESS,
      }),
    }),
    /** Files, each of mode 0600: the poster's account, its receipt key, the seed of its hash chain. */
    posterKeyFile: Type.String(),
    receiptKeyFile: Type.String(),
    beaconSeedFile: Type.String(),
    beaconEpochs: Type.Integer({ minimum: 1 }),
    /** The poster's own module (`PosterPlugin`) and what it is told. */
    plugin: Type.Optional(Type.Object({ path: Type.String(), option: Type.String() })),
    accounts: Type.Object({ insurance: ADDRESS, treasury: ADDRESS }),
    /** SHA-256 of each consumer's API key, and whose it is. */
    consumers: Type.Array(Type.Object({ keyHash: HASH, account: ADDRESS })),
    workEras: Type.Union([Type.Null(), Type.Integer({ minimum: 1 })]),
    /** A local network stands still while its gateway does. */
    mayPause: Type.Boolean(),
    beginInMs: Type.Integer({ minimum: 0 }),
    requestsPerSecondMax: Type.Integer({ minimum: 1 }),
  },
  { additionalProperties: false },
);

/** The gateway's configuration: one JSON file. */
export type GatewayConfig = Type.Static<typeof CONFIG>;

/** Reads a configuration file. Refuses CONFIG-UNREADABLE and CONFIG-INVALID, with the field. */
export async function readConfig(path: string): Promise<GatewayConfig> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new GatewayRefusal(
      { code: 'CONFIG-UNREADABLE', message: `${path}: expected JSON, got ${(cause as Error).message}` },
      500,
      'give-up',
      { cause },
    );
  }
  if (Value.Check(CONFIG, value)) return value;
  const [first] = Value.Errors(CONFIG, value);
  const where = first?.instancePath ?? '';
  throw new GatewayRefusal(
    { code: 'CONFIG-INVALID', message: `${path}${where}: ${first?.message ?? 'does not fit'}`, where },
    500,
    'input',
  );
}

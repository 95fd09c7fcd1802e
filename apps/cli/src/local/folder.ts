import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CliRefusal } from '../refusal.ts';
import { type Behaviour, LOCAL_BEHAVIOURS } from './cheats.ts';

/** One party of the local network: an account on the chain and the folder of its program. */
export interface Party {
  readonly name: string;
  /** Private key of its account, 0x-prefixed. */
  readonly privateKey: string;
  readonly directory: string;
}

export interface ProviderParty extends Party {
  readonly behaviour: Behaviour;
}

/** Every secret of a local network, in one file with mode 0600. */
export interface Secrets {
  /** Deploys and keeps nothing of it but a seat; attests the reserve. */
  readonly operator: Party;
  /** Posts roots and decides slashes; has a seat, as the insurance has. */
  readonly poster: Party;
  readonly insurance: Party;
  readonly consumer: Party;
  /** Watches the others, with no right of its own. */
  readonly watchtower: Party;
  /** Sit on every committee: as many as one has seats. */
  readonly arbiters: readonly Party[];
  /** Has what an arbiter needs, for whoever wants to be one. */
  readonly guestArbiter: Party;
  readonly providers: readonly ProviderParty[];
  readonly consumerApiKey: string;
  /** Seed of the beacon's hash chain, hex. */
  readonly beaconSeed: string;
}

/** The folder a local network lives in. One `stannary up` at a time may use it. */
export class NetworkFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes the folder when it is new and takes its lock. Refuses DATA-UNWRITABLE and NETWORK-RUNNING. */
  static async open(path: string): Promise<NetworkFolder> {
    const folder = new NetworkFolder(path);
    try {
      await makeFolder(folder.at('logs'));
      await folder.#lock();
      return folder;
    } catch (cause) {
      if (cause instanceof CliRefusal) throw cause;
      const got = (cause as NodeJS.ErrnoException).code ?? 'an error';
      throw new CliRefusal(
        'DATA-UNWRITABLE',
        'give-up',
        { where: path, expected: 'a folder that can be written', got, remedy: 'choose another with --data' },
        { cause },
      );
    }
  }

  at(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  async close(): Promise<void> {
    await rm(this.at('up.pid'), { force: true });
  }

  async #lock(): Promise<void> {
    const holder = Number(await readFile(this.at('up.pid'), 'utf8').catch(() => ''));
    if (
      holder > 0 &&
      holder !== process.pid &&
      isStannary(holder, await readFile(`/proc/${holder}/cmdline`, 'utf8').catch(() => null))
    ) {
      throw new CliRefusal('NETWORK-RUNNING', 'retry', {
        where: this.path,
        expected: 'a folder that no network uses',
        got: `one that process ${holder} runs`,
        remedy: 'stop that one, or choose another folder with --data',
      });
    }
    await this.write('up.pid', `${process.pid}\n`);
  }

  /** Writes a file whole or not at all. */
  async write(name: string, content: string, mode = 0o644): Promise<void> {
    const beside = this.at(`${name}.new`);
    await writeFile(beside, content, { mode });
    await chmod(beside, mode);
    await rename(beside, this.at(name));
  }

  async readJson<Value>(name: string): Promise<Value | null> {
    const text = await readFile(this.at(name), 'utf8').catch(() => null);
    if (text === null) return null;
    try {
      return JSON.parse(text) as Value;
    } catch (cause) {
      throw new CliRefusal(
        'DATA-DAMAGED',
        'give-up',
        { where: this.at(name), expected: 'JSON', got: 'something else', remedy: 'start afresh with --fresh' },
        { cause },
      );
    }
  }

  /** The network's secrets; made at the first start. `seats`: of a committee. */
  async secrets(seats: number): Promise<Secrets> {
    const known = await this.readJson<Secrets>('secrets.json');
    if (known !== null) return known;
    const party = (name: string): Party => ({
      name,
      privateKey: `0x${randomBytes(32).toString('hex')}`,
      directory: name,
    });
    const secrets: Secrets = {
      operator: party('operator'),
      poster: party('poster'),
      insurance: party('insurance'),
      consumer: party('consumer'),
      watchtower: party('watchtower'),
      arbiters: Array.from({ length: seats }, (_, index) => party(`arbiter-${index + 1}`)),
      guestArbiter: party('guest-arbiter'),
      providers: LOCAL_BEHAVIOURS.map((behaviour, index) => ({ ...party(`provider-${index + 1}`), behaviour })),
      consumerApiKey: randomBytes(32).toString('base64url'),
      beaconSeed: randomBytes(32).toString('hex'),
    };
    await this.write('secrets.json', JSON.stringify(secrets, null, 2), 0o600);
    return secrets;
  }
}

/**
 * Makes a folder and those above it. Not by `recursive`: in a place that says of a new folder that it does not exist
 * (procfs does) Node 24 tries again for ever.
 */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error;
    await makeFolder(dirname(path));
    await mkdir(path);
  }
}

/** Whether a process with that number lives and is one of ours; where there is no procfs, living is enough. */
function isStannary(pid: number, commandLine: string | null): boolean {
  if (commandLine !== null) return commandLine.includes('stannary');
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux';
  } catch {
    return false;
  }
}

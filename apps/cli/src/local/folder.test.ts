import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Corpus } from './corpus.ts';
import { NetworkFolder } from './folder.ts';
import { Processes, type Program } from './processes.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'stannary-folder-'));
});
after(() => rm(root, { recursive: true, force: true }));

describe('a network’s folder', () => {
  test('keeps its secrets for its owner only, and the same ones', async () => {
    const folder = await NetworkFolder.open(join(root, 'kept'));
    const secrets = await folder.secrets(3);
    assert.equal((await stat(folder.at('secrets.json'))).mode & 0o777, 0o600);
    assert.equal(secrets.providers.filter(({ behaviour }) => behaviour !== 'honest').length, 3);
    await folder.close();
    const again = await NetworkFolder.open(join(root, 'kept'));
    assert.deepEqual(await again.secrets(3), secrets);
    await again.close();
  });

  test('DATA-UNWRITABLE: a folder that cannot be', async () => {
    await writeFile(join(root, 'a-file'), '');
    await assert.rejects(NetworkFolder.open(join(root, 'a-file', 'below')), {
      code: 'DATA-UNWRITABLE',
      refusalClass: 'give-up',
    });
    await assert.rejects(NetworkFolder.open(join(root, 'a-file')), { code: 'DATA-UNWRITABLE' });
  });

  test('DATA-UNWRITABLE: a place that takes no folders says so at once', async () => {
    await assert.rejects(NetworkFolder.open('/proc/stannary/deeper'), { code: 'DATA-UNWRITABLE' });
  });

  test('DATA-UNWRITABLE: a folder that is there and may not be written', async () => {
    const folder = await NetworkFolder.open(join(root, 'locked'));
    await folder.close();
    await Promise.all([chmod(root, 0o711), chmod(folder.path, 0o555)]);
    const refused = assert.rejects(
      asNobody(() => NetworkFolder.open(folder.path)),
      { code: 'DATA-UNWRITABLE' },
    );
    await refused.finally(() => chmod(folder.path, 0o700));
  });

  test('DATA-DAMAGED: a file of it that is not JSON any more', async () => {
    const folder = await NetworkFolder.open(join(root, 'damaged'));
    await folder.write('network.json', '{"addressBook":');
    await assert.rejects(folder.readJson('network.json'), { code: 'DATA-DAMAGED', refusalClass: 'give-up' });
    await folder.close();
  });

  test('NETWORK-RUNNING: another network has it; a dead one’s is taken over', async () => {
    const path = join(root, 'taken');
    await (await NetworkFolder.open(path)).close();
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)', 'stannary'], { stdio: 'ignore' });
    await writeFile(join(path, 'up.pid'), `${other.pid}\n`);
    await new Promise((wake) => setTimeout(wake, 300));
    await assert.rejects(NetworkFolder.open(path), { code: 'NETWORK-RUNNING', refusalClass: 'retry' });
    const gone = new Promise((resolve) => other.once('exit', resolve));
    other.kill('SIGKILL');
    await gone;
    await (await NetworkFolder.open(path)).close();
  });
});

/** The superuser may write everywhere: where the tests run as it, somebody else tries. */
async function asNobody<Result>(attempt: () => Promise<Result>): Promise<Result> {
  if (process.geteuid?.() !== 0) return attempt();
  process.seteuid!(65_534);
  return attempt().finally(() => process.seteuid!(0));
}

describe('the corpus', () => {
  test('is every file of a tree, one after the other, and then again', async () => {
    const folder = await mkdtemp(join(root, 'corpus-'));
    await writeFile(join(folder, 'a'), 'abc');
    await writeFile(join(folder, 'b'), '');
    await writeFile(join(folder, 'c'), 'de');
    const corpus = await Corpus.open(folder);
    assert.equal(corpus.files, 3);
    assert.equal(Buffer.from(await corpus.take(4)).toString(), 'abcd');
    assert.equal(Buffer.from(await corpus.take(6)).toString(), 'eabcde');
  });

  test('gives its bytes once, however many ask at the same time', async () => {
    const folder = await mkdtemp(join(root, 'corpus-'));
    for (const name of 'abcdefgh') await writeFile(join(folder, name), name.repeat(3));
    const corpus = await Corpus.open(folder);
    const taken = await Promise.all([5, 1, 7, 2, 9].map((length) => corpus.take(length)));
    assert.equal(Buffer.concat(taken).toString(), 'aaabbbcccdddeeefffggghhh');
  });

  test('refuses a tree without files', async () => {
    await assert.rejects(Corpus.open(await mkdtemp(join(root, 'empty-'))), /empty tree/);
  });
});

describe('programs', () => {
  test('PROGRAM-FAILED is what the network says when one cannot stay up: it was started again each time', async () => {
    const gaveUp = Promise.withResolvers<{ program: Program; status: number | null }>();
    const processes = new Processes((program, status) => gaveUp.resolve({ program, status }));
    const started: unknown[] = [];
    // The console ends by itself with status 2: it is not told which gateway it is of.
    processes.start({
      name: 'console',
      module: '@stannary/console/program',
      args: ['--port', '0'],
      logFile: join(root, 'console.log'),
      onMessage: (message) => started.push(message),
    });
    const { program, status } = await gaveUp.promise;
    assert.deepEqual([program.name, status], ['console', 2]);
    assert.equal(processes.pidOf('console'), null);
    await processes.stop(processes.names);
  });
});

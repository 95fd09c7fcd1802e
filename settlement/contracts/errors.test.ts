import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectFolder } from './tools/forge.ts';

test('every error of every contract, interface and library is expected by a test, and one is named for it', () => {
  const errors = matches('src', /^\s*error (\w+)\(/gm);
  const expected = matches('test', /\b(\w+)\.selector\b/g);
  const titles = [...matches('test', /^\s*function test(\w+)\(/gm)];
  assert.ok(errors.size > 200, 'the interfaces are there');
  for (const name of errors) {
    assert.ok(expected.has(name), `no test expects ${name}`);
    assert.ok(
      titles.some((title) => title.includes(name)),
      `no test is named for ${name}`,
    );
  }
});

/** First groups of all matches in the Solidity files under a folder. */
function matches(folder: string, pattern: RegExp): ReadonlySet<string> {
  const files = readdirSync(join(projectFolder, folder), { recursive: true, encoding: 'utf8' });
  const texts = files.filter((file) => file.endsWith('.sol')).map((file) => read(folder, file));
  return new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name]) => name!)));
}

function read(folder: string, file: string): string {
  return readFileSync(join(projectFolder, folder, file), 'utf8');
}

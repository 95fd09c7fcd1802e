import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ROOT, textOf } from '../tools/source-tree.ts';

// The tutorial's commands, in its order, in an empty folder: each leaves with the status that the page names, and prints the
// lines that stand below it.

const PAGE = 'docs/tutorial/first-economy.md';
const CALL = 'npm run stannary -- ';
const CLI = join(ROOT, 'apps/cli/stannary.mjs');

interface Step {
  readonly command: string;
  readonly args: readonly string[];
  readonly status: number;
}

type Block =
  | { readonly kind: 'steps'; readonly steps: readonly Step[] }
  | { readonly kind: 'file'; readonly name: string; readonly text: string }
  | { readonly kind: 'output'; readonly lines: readonly string[] };

/** Blocks of `sh`, of `yaml` with the file's name in its first line, and of `text` with lines of the output before it. */
function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, text = '']): Block => {
    const lines = text.trimEnd().split('\n');
    if (language === 'sh') return { kind: 'steps', steps: lines.map(stepOf) };
    if (language === 'text') return { kind: 'output', lines };
    const name = /^# ([\w-]+\.yaml)$/.exec(lines[0] ?? '')?.[1];
    assert.ok(language === 'yaml' && name !== undefined, `a block of ${language} that nothing is done with`);
    return { kind: 'file', name, text };
  });
}

function stepOf(line: string): Step {
  const [command = '', comment = ''] = line.split(/ # (?=exit \d+$)/);
  assert.ok(command.startsWith(CALL), `a command that is none of stannary: ${command}`);
  const args = command.slice(CALL.length).trim().split(/\s+/);
  assert.ok(!args.some((one) => /['"\\$`]/.test(one)), `a command that needs a shell: ${command}`);
  return { command, args, status: Number(/\d+$/.exec(comment)?.[0] ?? 0) };
}

/** Whether a text has a line with all the pieces between the ellipses, in order, whatever space is between words. */
function hasLine(output: string, wanted: string): boolean {
  const plain = (text: string) => text.replace(/\s+/g, ' ').trim();
  return output.split('\n').some((line) => {
    let at = 0;
    return wanted.split('…').every((piece) => {
      const found = plain(line).indexOf(plain(piece), at);
      at = found + plain(piece).length;
      return found >= 0;
    });
  });
}

const folder = mkdtempSync(join(tmpdir(), 'stannary-tutorial-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Outputs since the last block of expected lines. */
let said = '';

for (const [number, block] of blocksOf(textOf(PAGE)).entries()) {
  if (block.kind === 'file') {
    test(`${number}: ${block.name}`, () => writeFileSync(join(folder, block.name), block.text));
  } else if (block.kind === 'output') {
    test(`${number}: prints ${block.lines[0]}`, () => {
      for (const line of block.lines) assert.ok(hasLine(said, line), `no line "${line}" in:\n${said}`);
      said = '';
    });
  } else {
    for (const { command, args, status } of block.steps) {
      test(`${number}: ${command}`, () => {
        const run = spawnSync(process.execPath, [CLI, ...args], { cwd: folder, encoding: 'utf8' });
        said += `${run.stdout}\n${run.stderr}\n`;
        assert.equal(run.status, status, `${run.stdout}\n${run.stderr}`);
      });
    }
  }
}

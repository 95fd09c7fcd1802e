import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Command } from 'commander';
import { defineAblate } from './ablate.ts';
import { defineAttack } from './attack.ts';
import { defineCalibrate } from './calibrate.ts';
import { defineCompare } from './compare.ts';
import { defineCurve } from './curve.ts';
import { defineDeploy } from './deploy.ts';
import { defineEstimate } from './estimate.ts';
import { defineEvidence } from './evidence.ts';
import { defineGate } from './gate.ts';
import { defineReport } from './report.ts';
import { defineSensitivity } from './sensitivity.ts';
import { defineSimulate } from './simulate.ts';
import { defineTune } from './tune.ts';
import { defineWatch } from './watch.ts';
import { defineWorker } from './worker.ts';

const COMMANDS = {
  ablate: defineAblate,
  attack: defineAttack,
  calibrate: defineCalibrate,
  compare: defineCompare,
  curve: defineCurve,
  deploy: defineDeploy,
  estimate: defineEstimate,
  evidence: defineEvidence,
  gate: defineGate,
  report: defineReport,
  sensitivity: defineSensitivity,
  simulate: defineSimulate,
  tune: defineTune,
  watch: defineWatch,
  worker: defineWorker,
};

for (const [name, define] of Object.entries(COMMANDS)) {
  test(`${name} --help has an example of itself and the exit statuses`, () => {
    const said: string[] = [];
    const command = new Command(name).configureOutput({ writeOut: (text) => void said.push(text) });
    define(command);
    command.outputHelp();
    const help = said.join('');
    assert.match(help, new RegExp(`^Examples?:\\n {2}stannary ${name} `, 'm'));
    assert.match(help, /^Exit status: /m);
    assert.match(command.description(), /^[a-z].*[^.]$/);
  });
}

test('so have those that the program defines itself', () => {
  const source = readFileSync(join(import.meta.dirname, '../main.ts'), 'utf8');
  const count = (pattern: RegExp) => source.match(pattern)?.length ?? 0;
  const own = count(/^ {2}\.command\('/gm);
  assert.ok(own > 0);
  assert.deepEqual([count(/\\nExample:/g), count(/\\nExit status: /g)], [own, own]);
});

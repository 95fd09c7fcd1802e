import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Fan, Figure, GateReport } from '../gate/report.ts';
import { FAILING_REPORT, PASSING_REPORT, WAIVED_REPORT } from './gate-report.fixture.ts';
import { markupFaults } from './markup.fixture.ts';
import { reportHtml } from './report-html.ts';
import { simulationHtml } from './simulation-html.ts';
import { verdictText } from './verdict.ts';

const SIGNATURE = { algorithm: 'ES256', publicKey: `04${'ab'.repeat(64)}`, value: 'cd'.repeat(64) } as const;
const REPORTS = { failing: FAILING_REPORT, passing: PASSING_REPORT, waived: WAIVED_REPORT };

/** The text of a page, one space wherever it has any. */
function textOf(page: string): string {
  const text = page.replace(/<style>.*?<\/style>/s, '').replace(/<[^>]*>/g, ' ');
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');
}

for (const [name, report] of Object.entries(REPORTS)) {
  test(`${name}: the page is well-formed, asks nobody for anything and runs nothing`, () => {
    const page = reportHtml(report, SIGNATURE);
    assert.deepEqual(markupFaults(page), []);
    assert.doesNotMatch(page, /https?:|<script|javascript:|@import|url\(|src=| on\w+=|NaN|undefined|\[object/);
    assert.match(
      page,
      /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:;/,
    );
    assert.equal(page, reportHtml(structuredClone(report), SIGNATURE));
  });

  test(`${name}: every criterion with every check, every attack, field and file stands on the page`, () => {
    const text = textOf(reportHtml(report));
    for (const { gate, title, checks } of report.criteria) {
      assert.ok(text.includes(`${gate} ${title}`), gate);
      for (const { metric, how } of checks) assert.ok(text.includes(metric) && text.includes(how), metric);
    }
    for (const { number, title, world } of report.attacks)
      assert.ok(text.includes(`${number}. ${title}, ${world}`), title);
    for (const { field } of report.sensitivity) assert.ok(text.includes(field), field);
    for (const { title } of [...report.fans, ...report.tables]) assert.ok(text.includes(title), title);
    for (const { file, sha256 } of report.evidence) assert.ok(text.includes(file) && text.includes(sha256), file);
    assert.ok(text.includes(report.economy.hash) && text.includes(report.code.hash));
  });
}

test('a verdict in a world that somebody chose says so beside it', () => {
  const chosen = { ...PASSING_REPORT, world: { name: 'sunny', isOwn: false } };
  const where = 'in the world “sunny” that the gate was given, not the one that the economy assumes';
  assert.ok(verdictText(chosen).startsWith(`Economics pass, ${where}. Launch`));
  assert.equal(textOf(reportHtml(chosen)).split(where).length, 4, 'in words and on both cards');
  assert.ok(!textOf(reportHtml(PASSING_REPORT)).includes('that the gate was given'));
  const again = (report: typeof chosen) =>
    /stannary gate \S+( --scenario \S+)? --profile .*?--out again/s.exec(textOf(reportHtml(report)))![0];
  assert.match(again(chosen), / --scenario '?sunny\.yaml'? /, 'the figures are of that world');
  assert.doesNotMatch(again(PASSING_REPORT), /--scenario/);
});

test('lines that the economy draws itself stand beside the verdict', () => {
  const ownLines = [{ field: 'gate.concentration.nakamotoMin', own: '1', standard: '7' }];
  const lines = 'by lines of its own: gate.concentration.nakamotoMin 1 (reference 7)';
  assert.ok(verdictText({ ...PASSING_REPORT, ownLines }).startsWith(`Economics pass, ${lines}. Launch`));
  assert.equal(
    textOf(reportHtml({ ...PASSING_REPORT, ownLines })).split(lines).length,
    4,
    'in words and on both cards',
  );
});

test('evidence that was let be older than by default stands beside the verdict of the launch', () => {
  const looserAges = [{ kind: 'drill', days: 900, standard: 180 }];
  const ages = 'with older evidence let count: drill of up to 900 days (180 by default)';
  const loose = { ...PASSING_REPORT, looserAges };
  assert.ok(verdictText(loose).startsWith(`Economics pass. Launch: not ready, ${ages}; 4`), verdictText(loose));
  assert.equal(textOf(reportHtml(loose)).split(ages).length, 3, 'in words and on its card');
});

test('a signer that nobody pinned stands beside the criterion, and a pinned one does not', () => {
  const [drill] = PASSING_REPORT.evidence;
  const said = (isPinned: boolean) => {
    const page = textOf(reportHtml({ ...PASSING_REPORT, evidence: [{ ...drill!, isPinned }] }));
    return page.includes(`signer not pinned: ${drill!.file} is signed by ${drill!.signer}`);
  };
  assert.deepEqual([said(false), said(true)], [true, false]);
});

test('attempts that were not simulated are marked at their field', () => {
  const [bar, ...others] = PASSING_REPORT.sensitivity;
  const text = textOf(reportHtml({ ...PASSING_REPORT, sensitivity: [{ ...bar!, untried: 3 }, ...others] }));
  assert.equal(text.split('3 attempts not simulated: not shown').length, 2);
});

test('both verdicts in words', () => {
  assert.equal(
    verdictText(FAILING_REPORT),
    'Economics fail: G1 failed. Launch: not ready; G1 failed, 4\u00a0criteria are not shown.',
  );
  assert.equal(verdictText(PASSING_REPORT), 'Economics pass. Launch: not ready; 4\u00a0criteria are not shown.');
  const criteria = PASSING_REPORT.criteria.map((one) => ({ ...one, state: 'passed' as const }));
  const ready: GateReport = { ...PASSING_REPORT, criteria, verdicts: { economics: 'pass', launch: 'ready' } };
  assert.equal(verdictText(ready), 'Economics pass. Launch: ready.');
  const few: GateReport = { ...FAILING_REPORT, criteria: criteria.slice(0, 2) };
  assert.match(verdictText(few), /^Economics fail: not every criterion was looked at\. Launch: not ready; not every/);
});

test('a report of a file without bounds says so above all else, and only such a one', () => {
  const page = reportHtml(WAIVED_REPORT);
  assert.ok(page.indexOf('Bounds waived: never deployable') < page.indexOf('class="verdicts"'));
  assert.doesNotMatch(reportHtml(PASSING_REPORT), /never deployable/);
});

test('a failed criterion comes with its remedies and the command that tries them', () => {
  const text = textOf(reportHtml(FAILING_REPORT));
  assert.match(text, /stannary gate harbour \\ --set 'supply\.feeLinked\.share=35 %' \\ --set 'take\.burn=6 %'/);
  assert.doesNotMatch(textOf(reportHtml(PASSING_REPORT)), /What would mend it/);
});

test('what is signed says by which key, what is not says so', () => {
  assert.ok(reportHtml(PASSING_REPORT, SIGNATURE).includes(SIGNATURE.publicKey));
  assert.match(reportHtml(PASSING_REPORT), /nobody answers for this report/);
});

const HOSTILE = '</td><script>alert(1)</script>"\'><img src=x onerror=alert(1)>&\u202e\u0000\ud800';

/** The same with every text in it hostile, but those of a form. */
function hostile(value: unknown, key = ''): unknown {
  if (typeof value === 'string') {
    return /^(state|share|gate|relation|method|format|profile|economics|launch|algorithm)$/.test(key) ? value : HOSTILE;
  }
  if (Array.isArray(value)) return value.map((item) => hostile(item, key === 'remedies' ? '' : key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [key === 'parameters' ? HOSTILE : name, hostile(one, name)]),
  );
}

test('whatever a report says is text: no markup comes out of it', () => {
  const page = reportHtml(hostile(FAILING_REPORT) as GateReport, hostile(SIGNATURE) as typeof SIGNATURE);
  const faults = markupFaults(page).filter((fault) => !/twice/.test(fault));
  assert.deepEqual(faults, []);
  assert.doesNotMatch(page, /<script|<img|\u202e|\p{Cs}/u);
});

test('an empty report is a page too', () => {
  const empty = { criteria: [], attacks: [], sensitivity: [], fans: [], tables: [], thin: [], evidence: [] };
  const page = reportHtml({ ...PASSING_REPORT, ...empty });
  assert.deepEqual(markupFaults(page), []);
  assert.match(page, /Nothing that passed is near its line/);
});

const figure: fc.Arbitrary<Figure> = fc
  .tuple(
    fc.double({ noNaN: true, min: -1e100, max: 1e100 }),
    fc.double({ noNaN: true, min: 0, max: 1e9 }),
    fc.boolean(),
  )
  .map(([value, spread, isExact]) => ({
    value,
    interval: isExact ? null : [value - spread, value + spread],
    confidence: isExact ? null : 0.95,
    samples: 200,
  }));

test('whatever the figures are, the page is whole', () => {
  const attack = FAILING_REPORT.attacks[0]!;
  fc.assert(
    fc.property(figure, figure, figure, (cost, gained, effect) => {
      const page = reportHtml({
        ...FAILING_REPORT,
        attacks: [{ ...attack, cost, return: gained, difference: effect, costRatio: cost }],
        sensitivity: [{ ...FAILING_REPORT.sensitivity[0]!, effect, method: 'sobol' }],
        tables: [{ id: 't', title: 't', unit: '', bars: [{ name: 'b', figure: effect, line: cost.value }] }],
      });
      assert.deepEqual(markupFaults(page), []);
      assert.doesNotMatch(page, /NaN|Infinity/);
    }),
    { numRuns: 25 },
  );
});

test('a simulation is a page of the same kind: figures with intervals, point by point, and fans', () => {
  const fans: readonly Fan[] = FAILING_REPORT.fans;
  const figures = [
    {
      name: 'price',
      unit: 'credits per NCU·h',
      figure: { value: 0.0101, interval: [0.0099, 0.0103], confidence: 0.95, samples: 50 },
    },
    { name: 'eras', unit: '', figure: { value: 14, interval: null, confidence: null, samples: 50 } },
  ] as const;
  const economy = { name: 'harbour', version: 3, hash: '3f'.repeat(32) };
  const one = simulationHtml({ economy, scenario: { horizonEpochs: 336 }, points: [{ name: 'base', figures, fans }] });
  assert.deepEqual(markupFaults(one), []);
  assert.match(textOf(one), /price 0\.01010 credits per NCU·h 0\.00990 to 0\.01030, 95\s%/);
  assert.doesNotMatch(one, /id="sweep"|https?:|<script/);
  const points = ['base', 'demand.elasticity=0.6'].map((name) => ({ name, figures, fans: [] }));
  const sweep = simulationHtml({ economy, scenario: null, points });
  assert.deepEqual(markupFaults(sweep), []);
  assert.match(sweep, /id="sweep"/);
});

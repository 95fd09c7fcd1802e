import type { Json } from '../campaign/plan.ts';
import type { GateReport, SignedGateReport } from '../gate/report.ts';
import { quoted } from './gate-table.ts';
import { type Content, type Html, html } from './html.ts';
import { withDecimals } from './number-text.ts';
import { factsHtml, folded, type Section, tableHtml } from './page.ts';

/** What was run, on what, when. */
export function runSection(report: GateReport): Section {
  const { economy, code, profile, seeds, scenario, calibration, madeAt } = report;
  const facts: (readonly [string, Content])[] = [
    ['Economy', `${economy.name}, version ${economy.version}${economy.boundsWaived ? ', bounds waived' : ''}`],
    ['Its hash', html`<code>${economy.hash}</code>`],
    ['Code', html`version ${code.version}, sources <code>${code.hash}</code>`],
    [
      'World',
      report.world.isOwn ? 'the one that the economy assumes' : `“${report.world.name}”, which the gate was given`,
    ],
    ['Profile', profile === 'quick' ? 'quick: small cohorts, a short horizon, Morris' : 'full'],
    ['Seed', html`<code>${seeds.seed}</code>`],
    ['Runs of the search', runsText(seeds.search)],
    ['Runs of the test', `${runsText(seeds.test)}: no run of the search is among them`],
    ['Calibration', calibration === null ? 'none: the scenario is assumed' : 'fitted to a running network, below'],
    ['Made at', html`<time datetime="${madeAt}">${timeText(madeAt)}</time>`],
  ];
  const more = [
    folded('Scenario', jsonHtml(scenario, 'Scenario')),
    calibration === null ? null : folded('Calibration', jsonHtml(calibration, 'Calibration')),
  ];
  return { id: 'run', title: 'What was run', lead: null, body: [factsHtml(facts), more] };
}

/** `1000 to 1199`; none where the count is 0. */
function runsText([first, count]: readonly [number, number]): string {
  return count === 0 ? 'none' : `${withDecimals(first, 0)} to ${withDecimals(first + count - 1, 0)}`;
}

/** `2026-03-14 09:26:53 UTC`. */
function timeText(iso: string): string {
  return iso.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');
}

function jsonHtml(json: Json, name: string): Html {
  return html`<pre tabindex="0" aria-label="${name}">${JSON.stringify(json, null, 2)}</pre>\n`;
}

/** Files that others brought, and who answers for them. */
export function evidenceSection({ evidence }: GateReport): Section | null {
  if (evidence.length === 0) return null;
  const columns = [
    { title: 'Criterion' },
    { title: 'Kind' },
    { title: 'File' },
    { title: 'SHA-256' },
    { title: 'Made at' },
    { title: 'Signed by' },
    { title: 'Signer' },
  ];
  const rows = evidence.map(({ gate, kind, file, sha256, signer, isPinned, madeAt }) => ({
    cells: [
      html`<a href="#${gate}">${gate}</a>`,
      kind,
      file,
      html`<code>${sha256}</code>`,
      html`<time datetime="${madeAt}">${timeText(madeAt)}</time>`,
      html`<code>${signer}</code>`,
      isPinned ? 'pinned' : 'not pinned',
    ],
  }));
  return {
    id: 'evidence',
    title: 'Evidence used',
    lead: 'Each file was signed by the key beside it and names this economy by its hash. A pinned signer is one that whoever ran the gate said may sign; of one that is not, nobody said so: whether you trust that key is yours to say.',
    body: tableHtml('Evidence files', columns, rows),
  };
}

/** How anyone can check the page against its data, and the data against the code. */
export function verifySection(report: GateReport, signature: SignedGateReport['signature']): Section {
  const { economy, profile, seeds, code, world } = report;
  const file = quoted(`${economy.name}.yaml`);
  const scenario = world.isOwn ? '' : ` --scenario ${quoted(`${world.name}.yaml`)}`;
  const signed: readonly (readonly [string, Content])[] =
    signature === null
      ? [['Signature', 'none: nobody answers for this report']]
      : [
          ['Signature', `${signature.algorithm} over the SHA-256 of the report's deterministic CBOR`],
          ['Public key', html`<code>${signature.publicKey}</code>`],
          ['Value', html`<code>${signature.value}</code>`],
        ];
  return {
    id: 'verify',
    title: 'How to verify it',
    lead: 'This page is only a view. What counts is the report file it was made of.',
    body: html`${factsHtml(signed)}<h3>Check the file and make this page again</h3>
<p>Refuses a file whose shape or signature is wrong. Compare the public key with one you got another way.</p>
<pre tabindex="0" aria-label="Command that checks the report file">stannary report gate-report.json --out again.html</pre>
<h3>Make the figures again</h3>
<p>With the sources whose hash is <code>${code.hash.slice(0, 16)}…</code> and the economy file whose hash is <code>${economy.hash.slice(0, 16)}…</code> (<code>stannary check ${file} --json</code> prints it), the same seed gives every figure to the last bit under the same version of Node, with any number of workers. Another version may compute an exponential or a logarithm, by which agents decide, to another last bit. The time of making differs and the signature, and what ages with that time: evidence.</p>
<pre tabindex="0" aria-label="Command that makes the report again">stannary gate ${file}${scenario} --profile ${profile} --seed ${seeds.seed} --out again</pre>
`,
  };
}

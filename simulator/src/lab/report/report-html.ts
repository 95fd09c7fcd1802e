import type { GateReport, SignedGateReport } from '../gate/report.ts';
import { attackSection } from './attack-section.ts';
import { gateSection, remedySection, thinSection, unshownSection } from './gate-table.ts';
import { glossarySection } from './glossary.ts';
import { html } from './html.ts';
import { pageHtml, type Section } from './page.ts';
import { fanSection, ratioFigure, sensitivitySection, tableSection } from './pictures.ts';
import { evidenceSection, runSection, verifySection } from './reproduction.ts';
import { headerHtml, verdictText } from './verdict.ts';

/**
 * A gate report as one file of HTML: no script, no request, light and dark, for screen, paper and screen reader. All its text
 * is escaped, so a report of others is safe to look at; whether its numbers are true only its signature and a second run can say.
 * The same report is the same page, byte by byte.
 * @throws Error (a bug of the caller: a figure that is no finite number; `readReport` lets none pass)
 */
export function reportHtml(report: GateReport, signature: SignedGateReport['signature'] = null): string {
  const { economy } = report;
  return pageHtml({
    title: `Launch gate: ${economy.name}, version ${economy.version}`,
    description: verdictText(report),
    header: headerHtml(report),
    sections: sectionsOf(report, signature),
    footer: html`<p>${economy.boundsWaived ? 'Bounds waived: never deployable. ' : null}Economy <code>${economy.hash}</code>, made by stannary ${report.code.version}.</p>`,
  });
}

function sectionsOf(report: GateReport, signature: SignedGateReport['signature']): Section[] {
  const attacks = attackSection(report);
  const ratios = ratioFigure(report);
  return [
    gateSection(report),
    remedySection(report),
    thinSection(report),
    attacks === null ? null : { ...attacks, body: [ratios, attacks.body] },
    sensitivitySection(report),
    fanSection(report.fans),
    tableSection(report),
    unshownSection(report),
    evidenceSection(report),
    runSection(report),
    verifySection(report, signature),
    glossarySection(),
  ].filter((section) => section !== null);
}

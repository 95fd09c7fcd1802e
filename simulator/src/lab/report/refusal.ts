import { LabRefusal, meaning } from '../refusal.ts';

const REPORT_REFUSALS = {
  'REPORT-JSON': meaning('input', 'the file is no JSON'),
  'REPORT-SIZE': meaning('input', 'the file is larger than any report'),
  'REPORT-FORMAT': meaning('input', 'the file is no gate report, or one of another version'),
  'REPORT-SHAPE': meaning('input', 'a field of the report is missing, unknown, too long or of another kind'),
  'REPORT-VERDICT': meaning('input', 'a state or verdict does not follow from the checks below it'),
  'REPORT-SIGNATURE': meaning('input', 'the signature is not of this report: one of the two was changed'),
} as const;

export type ReportRefusalCode = keyof typeof REPORT_REFUSALS;

/** Why a report of others is not shown. `where` is the path of the field. */
export class ReportRefusal extends LabRefusal<ReportRefusalCode> {
  override readonly name = 'ReportRefusal';
}

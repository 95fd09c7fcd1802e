export type RefusalClass = 'input';

/** For the table: what each code means, to whoever has the file. */
const meaning = (_class: RefusalClass, sentence: string): string => sentence;

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
export class ReportRefusal extends Error {
  override readonly name = 'ReportRefusal';
  readonly code: ReportRefusalCode;
  readonly refusalClass: RefusalClass = 'input';
  readonly where: string;
  readonly expected: string;
  readonly got: string;

  constructor(code: ReportRefusalCode, where: string, expected: string, got: string) {
    super(`${where}: expected ${expected}, got ${got}`);
    this.code = code;
    this.where = where;
    this.expected = expected;
    this.got = got;
  }
}

import { LabRefusal, meaning } from '../refusal.ts';

const TRACE_REFUSALS = {
  'TRACE-NAME': meaning('input', 'no public trace or table has this name'),
  'TRACE-DATA': meaning('input', 'the data set is not on this machine: npm run data fetches it or says how to make it'),
  'TRACE-MAPPING': meaning('input', 'a field of the mapping is unknown, missing or of another kind'),
  'TRACE-FILE': meaning('input', 'the file cannot be read'),
  'TRACE-CSV': meaning('input', 'the file is no well-formed CSV from this line on'),
  'TRACE-COLUMN': meaning('input', 'a column of the mapping is not in the header, or stands there twice'),
  'TRACE-EMPTY': meaning('input', 'no row counts'),
  'TRACE-NUMBER': meaning('input', 'the cell is no plain number: empty, NaN, infinite, with signs of thousands'),
  'TRACE-TIME': meaning('input', 'the cell is no time that exists'),
  'TRACE-UNIT': meaning(
    'input',
    "the column is in another unit than the mapping says: by its name, or by the cell's form",
  ),
  'TRACE-NEGATIVE': meaning('input', 'a quantity, a time or a duration is below 0'),
  'TRACE-HUGE': meaning('input', 'a quantity is above its bound, or a time after the year 2100'),
  'TRACE-STATE': meaning('input', 'the mapping does not say whether this state is up or down'),
  'TRACE-ORDER': meaning('input', 'a time goes back'),
  'TRACE-DUPLICATE': meaning('input', 'a time of a series, a state of a node, an id or an epoch comes twice'),
  'TRACE-GAP': meaning('input', 'nothing came for longer than the mapping or the caller allows'),
  'TRACE-JOIN': meaning('input', 'the other file does not have this key'),
  'TRACE-LONG': meaning('input', 'the trace spans too many epochs: a wrong unit, or epochs too short'),
  'TRACE-SHORT': meaning('input', 'there is too little in the trace for what was asked of it'),
  'TRACE-SCHEMA': meaning('input', 'the trace is of another kind than is needed here: prices for demand, say'),
  'TRACE-SERIES': meaning('input', 'the trace has no such series, or several and none was named'),
} as const;

export type TraceRefusalCode = keyof typeof TRACE_REFUSALS;

/** Why a trace is refused. `where` names the file, the line and the column. */
export class TraceRefusal extends LabRefusal<TraceRefusalCode> {
  override readonly name = 'TraceRefusal';
}

import { LabRefusal, meaning } from '../refusal.ts';

const EXPLORE_REFUSALS = {
  'EXPLORE-FIELD': meaning('input', 'a field has no number to move, or a search cannot move it'),
  'EXPLORE-RANGE': meaning('input', 'a range is not two ends of the unit of its field, the lower first'),
  'EXPLORE-POINT': meaning('input', 'economy or scenario would be refused somewhere within the ranges'),
  'EXPLORE-METRIC': meaning('input', 'there is no such metric'),
  'EXPLORE-FIGURE': meaning(
    'input',
    'a run does not have the figure: its horizon is too short for it, or nothing happened',
  ),
  'EXPLORE-OBJECTIVE': meaning(
    'input',
    'an objective is not `max METRIC` or `min METRIC`, or a gate not `METRIC>=number` or `METRIC<=number`',
  ),
  'EXPLORE-DEFENCE': meaning('input', 'there is no such defence, or the economy does not have it'),
  'EXPLORE-STATE': meaning('input', 'the state that was kept belongs to another search'),
} as const;

export type ExploreRefusalCode = keyof typeof EXPLORE_REFUSALS;

/** Why an exploration is refused. `where` is what was asked. */
export class ExploreRefusal extends LabRefusal<ExploreRefusalCode> {
  override readonly name = 'ExploreRefusal';
}

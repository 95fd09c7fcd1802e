import { LabRefusal, meaning } from '../refusal.ts';

const EXPLORE_REFUSALS = {
  'EXPLORE-FIELD': meaning('input', 'a field has no number to move, or a search cannot move it'),
  'EXPLORE-RANGE': meaning('input', 'a range is not two ends of the unit of its field, the lower first'),
  'EXPLORE-POINT': meaning('input', 'economy or scenario would be refused at a point of the box'),
  'EXPLORE-METRIC': meaning('input', 'there is no such metric'),
  'EXPLORE-FIGURE': meaning(
    'input',
    'a run does not have the figure: its horizon is too short for it, or nothing happened',
  ),
  'EXPLORE-OBJECTIVE': meaning('input', 'an objective or a gate is not written as they are'),
  'EXPLORE-DEFENCE': meaning('input', 'there is no such defence, or the economy does not have it'),
  'EXPLORE-STATE': meaning('input', 'what was kept of a search is of another one'),
} as const;

export type ExploreRefusalCode = keyof typeof EXPLORE_REFUSALS;

/** Why an exploration is refused. `where` is what was asked. */
export class ExploreRefusal extends LabRefusal<ExploreRefusalCode> {
  override readonly name = 'ExploreRefusal';
}

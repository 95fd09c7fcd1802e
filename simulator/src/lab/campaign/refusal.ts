import { LabRefusal, meaning, type RefusalClass } from '../refusal.ts';

const CAMPAIGN_REFUSALS = {
  'CAMPAIGN-JOB': meaning('input', 'a run was refused: the message names the point, the run and the cause'),
  'CAMPAIGN-BUG': meaning('give-up', 'a run broke down, or brought what is no number: a fault of the simulator'),
  'CAMPAIGN-SIZE': meaning('input', 'points × runs are more than a campaign has; leave some out'),
  'CAMPAIGN-KIND': meaning('input', 'no job is of this kind'),
  'CAMPAIGN-PRECISION': meaning('input', '`--until` is not a figure and a width, or the runs have no such figure'),
  'CAMPAIGN-WORKER': meaning('give-up', 'a worker thread ended by itself, as when memory runs out'),
  'CAMPAIGN-MODULE': meaning('input', 'the machine has no attack module of this path, or another than the campaign'),
  'CAMPAIGN-FOLDER': meaning('input', 'the folder holds the results of another campaign, or is no folder of results'),
  'CAMPAIGN-STORE': meaning('give-up', 'the folder of results cannot be read or written'),
  'CAMPAIGN-QUEUE': meaning('retry', 'the database of the queue cannot be reached, or gave up'),
} as const;

export type CampaignRefusalCode = keyof typeof CAMPAIGN_REFUSALS;

/** Why a campaign stopped. What was done until then is kept where it has a folder or a queue. */
export class CampaignRefusal extends LabRefusal<CampaignRefusalCode> {
  override readonly name = 'CampaignRefusal';
  override readonly refusalClass: RefusalClass;

  constructor(code: CampaignRefusalCode, where: string, expected: string, got: string, options?: ErrorOptions) {
    super(code, where, expected, got, options);
    this.refusalClass = CAMPAIGN_REFUSALS[code];
  }
}

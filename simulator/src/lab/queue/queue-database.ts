import { PgBoss } from 'pg-boss';
import type { CampaignPlan } from '../campaign/plan.ts';
import { codeVersion, type ModuleHashes } from '../campaign/plan-hash.ts';
import { CampaignRefusal } from '../campaign/refusal.ts';
import type { Answer } from '../campaign/workplace.ts';

// A campaign on several machines: jobs in a queue of pg-boss, plans and answers in two tables beside it. Answers are JSON
// texts, so that a number comes back with the bits that it left with.

const BOSS_SCHEMA = 'stannary_queue';
// One transaction, one machine at a time: "if not exists" alone fails where two begin at once.
const TABLES = `
  SELECT pg_advisory_xact_lock(hashtext('stannary_campaigns'));
  CREATE SCHEMA IF NOT EXISTS stannary_campaigns;
  CREATE TABLE IF NOT EXISTS stannary_campaigns.plans (hash text PRIMARY KEY, plan text NOT NULL);
  CREATE TABLE IF NOT EXISTS stannary_campaigns.answers (
    hash text NOT NULL, point integer NOT NULL, run bigint NOT NULL, answer text NOT NULL,
    PRIMARY KEY (hash, point, run)
  );`;
/** A worker that is not heard from for so long has died; another takes its job. */
const HEARTBEAT_SECONDS = 30;
const JOB_SECONDS_MAX = 23 * 3_600;
const RETRIES_MAX = 1_000;
const CONNECT_MS = 10_000;

/** A plan with the modules that it was published with: a worker runs no others. */
export interface QueuedPlan extends CampaignPlan {
  readonly modules: ModuleHashes;
}

/** One run of one plan, as it waits in the queue. */
export interface QueuedJob {
  readonly hash: string;
  readonly point: number;
  readonly run: number;
}

export interface TakenJob extends QueuedJob {
  readonly id: string;
}

/** The queue of one version of the code: whoever has another would do other work under the same name. */
export class QueueDatabase {
  readonly queue = `runs-${codeVersion().slice(0, 16)}`;
  readonly #boss: PgBoss;

  private constructor(boss: PgBoss) {
    this.#boss = boss;
  }

  /** Makes what is not there yet. @throws CAMPAIGN-QUEUE */
  static async open(url: string): Promise<QueueDatabase> {
    return asked(async () => {
      const boss = new PgBoss({
        connectionString: url,
        schema: BOSS_SCHEMA,
        schedule: false,
        connectionTimeoutMillis: CONNECT_MS,
        application_name: 'stannary',
      });
      // What fails is thrown where it was asked for; maintenance tries again by itself.
      boss.on('error', () => {});
      const database = new QueueDatabase(boss);
      try {
        await boss.start();
        await database.#prepare();
      } catch (refusal) {
        await boss.stop({ graceful: false });
        throw refusal;
      }
      return database;
    });
  }

  async #prepare(): Promise<void> {
    await this.#sql(TABLES);
    await this.#boss.createQueue(this.queue, {
      policy: 'exclusive',
      retryLimit: RETRIES_MAX,
      expireInSeconds: JOB_SECONDS_MAX,
      heartbeatSeconds: HEARTBEAT_SECONDS,
    });
  }

  async putPlan(hash: string, plan: QueuedPlan): Promise<void> {
    const text = 'INSERT INTO stannary_campaigns.plans VALUES ($1, $2) ON CONFLICT DO NOTHING';
    await this.#sql(text, [hash, JSON.stringify(plan)]);
  }

  async plan(hash: string): Promise<QueuedPlan> {
    const [row] = await this.#sql('SELECT plan FROM stannary_campaigns.plans WHERE hash = $1', [hash]);
    if (row === undefined) throw new CampaignRefusal('CAMPAIGN-QUEUE', 'queue', `the plan ${hash}`, 'none');
    return JSON.parse(row.plan as string) as QueuedPlan;
  }

  /** A job that waits already does so once. */
  async publish(jobs: readonly QueuedJob[]): Promise<void> {
    const rows = jobs.map((data) => ({ data, singletonKey: `${data.hash} ${data.point} ${data.run}` }));
    await asked(() => this.#boss.insert(this.queue, rows));
  }

  /** Takes a job, for as long as it is kept alive; null where none waits. */
  async take(): Promise<TakenJob | null> {
    const [job] = await asked(() => this.#boss.fetch<QueuedJob>(this.queue));
    return job === undefined ? null : { ...job.data, id: job.id };
  }

  async keepAlive({ id }: TakenJob): Promise<void> {
    await asked(() => this.#boss.touch(this.queue, id));
  }

  /** Gives a taken job back. */
  async giveBack({ id }: TakenJob): Promise<void> {
    await asked(() => this.#boss.fail(this.queue, id));
  }

  /** The first answer stands: any other is the same. */
  async answer({ id, hash, point, run }: TakenJob, answer: Answer): Promise<void> {
    const text = 'INSERT INTO stannary_campaigns.answers VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING';
    await this.#sql(text, [hash, point, run, JSON.stringify(answer)]);
    await asked(() => this.#boss.complete(this.queue, id));
  }

  /** Those of the wanted jobs that have been answered. */
  async answers(
    hash: string,
    wanted: readonly Pick<QueuedJob, 'point' | 'run'>[],
  ): Promise<(QueuedJob & { answer: Answer })[]> {
    const text = `SELECT point, run, answer FROM stannary_campaigns.answers
      WHERE hash = $1 AND (point, run) IN (SELECT * FROM unnest($2::integer[], $3::bigint[]))`;
    const rows = await this.#sql(text, [hash, wanted.map(({ point }) => point), wanted.map(({ run }) => run)]);
    return rows.map(({ point, run, answer }) => {
      return { hash, point: Number(point), run: Number(run), answer: JSON.parse(answer as string) as Answer };
    });
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: false });
  }

  async #sql(text: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    return asked(async () => (await this.#boss.getDb().executeSql(text, [...values])).rows);
  }
}

async function asked<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof CampaignRefusal) throw cause;
    const { message, code } = cause as { message?: string; code?: string };
    const got = [message, code].find((text) => text !== undefined && text !== '') ?? String(cause);
    throw new CampaignRefusal('CAMPAIGN-QUEUE', 'queue', 'a PostgreSQL database that answers', got, { cause });
  }
}

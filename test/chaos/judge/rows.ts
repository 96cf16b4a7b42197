import { createConnection, type RowDataPacket } from 'mysql2/promise';

export interface JobRow extends RowDataPacket {
  readonly job_id: string;
  readonly status: string;
  readonly error_code: string | null;
  readonly error: string | null;
  readonly attempts: number;
  readonly idempotency_key: string | null;
  readonly input_key: string | null;
  readonly result_key: string | null;
  readonly result_size: number | null;
  readonly lease_token: string | null;
  readonly percent: number;
  readonly finished_at: Date | null;
}

export interface Database {
  readonly jobs: JobRow[];
  /** By job, in the order of writing. */
  readonly lines: Map<string, string[]>;
  readonly deletions: number;
}

/** Reads the tables of jobs past the service, on a connection of its own. */
export async function readDatabase(url: string): Promise<Database> {
  const connection = await createConnection(url);
  try {
    const [jobs] = await connection.query<JobRow[]>('select * from JobConv order by created_at, job_id');
    const [lines] = await connection.query<RowDataPacket[]>('select job_id, line from job_log order by id');
    const [[deletions]] = await connection.query<RowDataPacket[]>('select count(*) as count from storage_deletion');
    const byJob = new Map<string, string[]>();
    for (const { job_id, line } of lines as { job_id: string; line: string }[]) {
      byJob.set(job_id, [...(byJob.get(job_id) ?? []), line]);
    }
    return { jobs, lines: byJob, deletions: Number(deletions?.['count'] ?? 0) };
  } finally {
    await connection.end();
  }
}

import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Pager } from './Pager.tsx';
import { Rows } from './Rows.tsx';
import { Failed, Loading } from './States.tsx';

interface ListProps<Row> {
  readonly list: UseQueryResult<{ readonly rows: readonly Row[]; readonly total: number }>;
  /** Said when there is nothing. */
  readonly empty: string;
  /** One `li`, with its key. */
  readonly children: (row: Row) => ReactNode;
  readonly page?: number;
  readonly size?: number;
}

/** A list in each of its states: on its way, failed, empty, and its rows with the way to the next ones. */
export function ListOf<Row>({ list, empty, children, page = 1, size = 0 }: ListProps<Row>) {
  const { data, error, refetch, isPlaceholderData } = list;
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading rows={4} height={64} />;
  return (
    <>
      {data.rows.length === 0 ? <p>{empty}</p> : <Rows busy={isPlaceholderData}>{data.rows.map(children)}</Rows>}
      {size > 0 && <Pager page={page} size={size} total={data.total} />}
    </>
  );
}

import type { JobProgress } from '@som3d/contract';

/** One event as it came over the wire. */
export interface SeenEvent {
  readonly event: string | undefined;
  readonly id: string | undefined;
  readonly data: JobProgress;
}

/** An event stream that a test reads by hand, line by line as the standard writes it. */
export interface EventReader {
  readonly response: Response;
  /** Everything that has come so far. */
  text(): string;
  /** The next event; `null` when the stream has ended. */
  next(): Promise<SeenEvent | null>;
  /** The events that are still to come, to the end of the stream. */
  rest(): Promise<SeenEvent[]>;
  /** Goes away in the middle. */
  leave(): Promise<void>;
}

function fieldOf(block: string, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
}

/** Opens `GET /som3d/jobs/{id}/events`. */
export async function openEvents(
  { url, token }: { readonly url: string; readonly token: string },
  jobId: string,
  lastEventId?: string,
): Promise<EventReader> {
  const response = await fetch(`${url}/som3d/jobs/${jobId}/events`, {
    headers: {
      authorization: `Bearer ${token}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let all = '';
  let rest = '';

  const next = async (): Promise<SeenEvent | null> => {
    for (;;) {
      const end = rest.indexOf('\n\n');
      if (end >= 0) {
        const block = rest.slice(0, end);
        rest = rest.slice(end + 2);
        const data = fieldOf(block, 'data');
        if (data === undefined) continue;
        return { event: fieldOf(block, 'event'), id: fieldOf(block, 'id'), data: JSON.parse(data) as JobProgress };
      }
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) return null;
      all += value;
      rest += value;
    }
  };
  return {
    response,
    text: () => all,
    next,
    rest: async () => {
      const events: SeenEvent[] = [];
      for (let event = await next(); event; event = await next()) events.push(event);
      return events;
    },
    leave: async () => {
      await reader?.cancel();
    },
  };
}

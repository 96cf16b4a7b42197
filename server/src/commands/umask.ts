/** What a process of the service and its children write is for their user alone: scans are health records. */
export const PRIVATE = 0o077;

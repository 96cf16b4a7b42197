export { ConfigError, GROUPS, readConfig } from '../config/config.ts';
export { defaultConcurrency, usableMemoryMb } from '../config/machine.ts';

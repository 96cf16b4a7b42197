/**
 * Migrates the MySQL database at argv[2] and is killed, without a chance to clean up, after argv[3] statements.
 * It ends by itself when there are fewer.
 */
import { databases } from '@som3d/server/testing';

const [url = '', limit = ''] = process.argv.slice(2);
const orm = await databases.openOrm({ kind: 'mysql', url, poolMax: 2 });
let statements = 0;
function dieInTime(): void {
  if (++statements === Number(limit)) process.kill(process.pid, 'SIGKILL');
}
await databases.migrate(orm, { info: dieInTime });
await orm.close();

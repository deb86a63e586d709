import module from 'node:module';
import { join } from 'node:path';

// What earlier starts compiled is used again, a quarter of the time of a start. It lies beside the code, where whoever may write
// could as well change that; where nobody may, each start compiles. Older versions of Node know of none.
module.enableCompileCache?.(join(import.meta.dirname, '../.compile-cache'));
await import('./run.js');

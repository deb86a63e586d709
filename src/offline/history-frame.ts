import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CompiledFeatureService } from '../compile/feature-service.js';
import type { Clock } from '../platform/clock.js';
import { arrowBytes } from './arrow.js';
import {
  entitiesOf,
  generatedFrameOf,
  type HistoryTimes,
  requireNoRequestInputs,
  requireOwnTimeColumn,
} from './history-request.js';
import type { FrameFile, GeneratedFrame } from './store.js';

/** Instants of history, of entities given by their keys; without entities of every one. */
export type AskedHistory = HistoryTimes & { readonly entities?: readonly unknown[] };

/** Frames that history makes, as callers ask for them. */
export class HistoryFrames {
  constructor(
    private readonly clock: Clock,
    private readonly temporaryDir: string,
  ) {}

  /**
   * Runs `work` with the frame that is asked for; a file of its entities is gone afterwards. Throws INVALID_REQUEST for
   * times and entities that are none and for features that need request inputs, FUTURE_TIME.
   */
  async use<T>(
    service: CompiledFeatureService,
    asked: AskedHistory,
    work: (frame: GeneratedFrame) => Promise<T>,
  ): Promise<T> {
    const times = generatedFrameOf(asked, this.clock.nowUs());
    requireNoRequestInputs(service);
    requireOwnTimeColumn(service, asked.time);
    const entities = asked.entities === undefined ? null : await this.write(service, asked.entities);
    try {
      return await work({ ...times, entities });
    } finally {
      if (entities !== null) await rm(entities.path, { force: true });
    }
  }

  private async write(service: CompiledFeatureService, entities: readonly unknown[]): Promise<FrameFile> {
    const rows = entitiesOf(service, entities);
    const path = join(this.temporaryDir, `${randomUUID()}.entities`);
    await writeFile(path, arrowBytes(rows));
    return { kind: 'file', path, format: 'arrow' };
  }
}

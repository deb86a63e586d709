import { type DataSource, In } from 'typeorm';
import { exclusively } from './database.js';
import { ActivationRow, DocumentVersion } from './tables.js';

/** From when on a feature set version answers online (S18). */
export type Activation = {
  /** Last sequence of its source's log that its online state was primed with; -1 for an empty log. */
  readonly sequence: bigint;
  /** Instant from which lookups saw it, microseconds since the epoch. */
  readonly visibleUs: bigint;
};

/** Activations of feature set versions, by their number. A version that serves and has none is still being primed. */
export class Activations {
  constructor(private readonly database: DataSource) {}

  /** Keeps the first activation of a version; one that was deleted or deactivated meanwhile gets none. */
  async record(setId: number, activation: Activation): Promise<void> {
    await this.insert(setId, activation, 'DO NOTHING');
  }

  /** The same, in the place of an earlier activation: the version was primed anew. */
  async renew(setId: number, activation: Activation): Promise<void> {
    await this.insert(
      setId,
      activation,
      'DO UPDATE SET sequence = excluded.sequence, visible_us = excluded.visible_us',
    );
  }

  /** The activations of those versions that have one. */
  async of(setIds: readonly number[]): Promise<ReadonlyMap<number, Activation>> {
    if (setIds.length === 0) return new Map();
    const rows = await this.database.getRepository(ActivationRow).findBy({ setId: In([...setIds]) });
    return new Map(
      rows.map(({ setId, sequence, visibleUs }) => [
        setId,
        { sequence: BigInt(sequence), visibleUs: BigInt(visibleUs) },
      ]),
    );
  }

  /** Which of these numbers are feature set versions that are registered now, by this process or another. */
  async registered(setIds: readonly number[]): Promise<ReadonlySet<number>> {
    if (setIds.length === 0) return new Set();
    const rows = await this.database
      .getRepository(DocumentVersion)
      .find({ select: { id: true }, where: { id: In([...setIds]), kind: 'FeatureSet' } });
    return new Set(rows.map(({ id }) => id));
  }

  /** From now on the version counts as not primed. */
  async forget(setId: number): Promise<void> {
    await this.database.getRepository(ActivationRow).delete({ setId });
  }

  private async insert(
    setId: number,
    { sequence, visibleUs }: Activation,
    onConflict: string,
  ): Promise<void> {
    // Alone, so that a deactivation either sees this row and removes it or is seen here.
    await exclusively(this.database, async (transaction) => {
      const serves = await transaction.existsBy(DocumentVersion, {
        id: setId,
        kind: 'FeatureSet',
        state: In(['active', 'deprecated']),
      });
      if (!serves) return;
      await transaction.query(
        `INSERT INTO activation (set_id, sequence, visible_us) VALUES ($1, $2, $3) ON CONFLICT (set_id) ${onConflict}`,
        [setId, String(sequence), String(visibleUs)],
      );
    });
  }
}

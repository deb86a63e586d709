import { Column, CreateDateColumn, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import type { DocumentKind } from '../definition/document.js';
import { parseJsonLossless } from '../definition/json-value.js';
import type { JobError, JobState } from '../platform/job.js';
import { exactJson } from './exact-json.js';
import type { Pins } from './pins.js';
import type { StateDetails, VersionState } from './version-state.js';

/** Plain data in a text column, exactly (S2); see the first migration for why it is not jsonb. */
const EXACT_JSON = { to: exactJson, from: (text: string) => parseJsonLossless(text) };

const EXACT_JSON_OR_NULL = {
  to: (value: unknown) => (value === null || value === undefined ? null : exactJson(value)),
  from: (text: string | null) => (text === null ? null : parseJsonLossless(text)),
};

/** One version of one document; `revision` counts the changes of its documentation. */
@Entity('document_version')
export class DocumentVersion {
  @PrimaryGeneratedColumn()
  readonly id: number;

  @Column('text')
  readonly project: string;

  @Column('text')
  readonly kind: DocumentKind;

  @Column('text')
  readonly name: string;

  @Column('integer')
  readonly version: number;

  @Column('integer')
  readonly revision: number;

  /** Of the meaning when this version was made (S26). */
  @Column('text')
  readonly fingerprint: string;

  @Column('text', { transformer: EXACT_JSON })
  readonly document: object;

  @Column('text', { transformer: EXACT_JSON })
  readonly pins: Pins;

  /** What operators decided of this version: deprecated ones still serve, inactive feature sets do not. */
  @Column('text')
  readonly state: VersionState;

  @Column('text', { name: 'state_details', transformer: EXACT_JSON })
  readonly stateDetails: StateDetails;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  readonly createdAt: Date;
}

/** The highest number that a deleted version of a name had: numbers are never given again (S26). */
@Entity('last_version')
export class LastVersionRow {
  @PrimaryColumn('text')
  readonly project: string;

  @PrimaryColumn('text')
  readonly kind: DocumentKind;

  @PrimaryColumn('text')
  readonly name: string;

  @Column('integer')
  readonly version: number;
}

/** A training set's record: what it was made from and what it holds (S25). */
@Entity('training_set')
export class TrainingSetRow {
  @PrimaryColumn('text')
  readonly project: string;

  @PrimaryColumn('text')
  readonly id: string;

  @Column('text', { transformer: EXACT_JSON })
  readonly record: object;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  readonly createdAt: Date;
}

/** A trained model version's record (S25). */
@Entity('model_version')
export class ModelVersionRow {
  @PrimaryColumn('text')
  readonly project: string;

  @PrimaryColumn('text')
  readonly model: string;

  @PrimaryColumn('integer')
  readonly version: number;

  @Column('text', { transformer: EXACT_JSON })
  readonly record: object;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  readonly createdAt: Date;
}

/** From when on a feature set version answers online (S18). */
@Entity('activation')
export class ActivationRow {
  /** Number of the feature set version. */
  @PrimaryColumn('integer', { name: 'set_id' })
  readonly setId: number;

  /** Last sequence of its source that it was primed with. */
  @Column('text')
  readonly sequence: string;

  /** Microseconds. */
  @Column('text', { name: 'visible_us' })
  readonly visibleUs: string;
}

/** A process of the service, as long as it says that it lives. */
@Entity('service_process')
export class ServiceProcessRow {
  @PrimaryColumn('text')
  readonly id: string;

  /** Where other processes reach it. */
  @Column('text')
  readonly address: string;

  @Column('text')
  readonly role: string;

  /** Place of the last change of the registry that it serves; null before it serves. */
  @Column('integer', { nullable: true })
  readonly serves: number | null;

  @Column('timestamptz', { name: 'expires_at' })
  readonly expiresAt: Date;
}

/** Who owns a source (ADR 13). */
@Entity('source_lease')
export class SourceLeaseRow {
  @PrimaryColumn('text')
  readonly project: string;

  @PrimaryColumn('text')
  readonly source: string;

  /** Of a process. */
  @Column('text')
  readonly owner: string;

  /** Grows with each owner. */
  @Column('integer')
  readonly term: number;

  @Column('timestamptz', { name: 'expires_at' })
  readonly expiresAt: Date;
}

/** The last change of a project's definitions: places grow over all projects. */
@Entity('catalog_change')
export class CatalogChangeRow {
  @PrimaryColumn('text')
  readonly project: string;

  @Column('integer')
  readonly place: number;
}

/** A job of the queue. */
@Entity('job')
export class JobRow {
  @PrimaryColumn('text')
  readonly id: string;

  /** In the order in which jobs came. */
  @Column('integer', { generated: 'increment' })
  readonly place: number;

  @Column('text')
  readonly project: string;

  @Column('text')
  readonly kind: string;

  /** The source whose owner does it; null is anybody. */
  @Column('text', { nullable: true })
  readonly source: string | null;

  /** What the work is made from. */
  @Column('text', { transformer: EXACT_JSON })
  readonly spec: object;

  @Column('text')
  readonly state: JobState;

  /** From 1. */
  @Column('integer', { default: 1 })
  readonly attempt: number;

  /** Attempts since it was queued by hand that ended with their process. */
  @Column('integer', { default: 0 })
  readonly crashes: number;

  @Column('text', { default: '0' })
  readonly done: string;

  @Column('text', { default: '0' })
  readonly total: string;

  @Column('text', { nullable: true, transformer: EXACT_JSON_OR_NULL })
  readonly result: unknown;

  @Column('text', { nullable: true, transformer: EXACT_JSON_OR_NULL })
  readonly error: JobError | null;

  @Column('boolean', { name: 'cancel_requested', default: false })
  readonly cancelRequested: boolean;

  /** Who runs it. */
  @Column('text', { nullable: true })
  readonly worker: string | null;

  /** When that worker last said that it does. */
  @Column('timestamptz', { name: 'heartbeat_at', nullable: true })
  readonly heartbeatAt: Date | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  readonly createdAt: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  readonly finishedAt: Date | null;
}

/** A row that a door refused, kept until it is corrected and replayed, or discarded. */
@Entity('quarantined_row')
export class QuarantinedRow {
  @PrimaryGeneratedColumn()
  readonly id: number;

  @Column('text')
  readonly project: string;

  @Column('text')
  readonly source: string;

  /** Which delivery it came with: with `ordinal` the row's identity, so that redelivery adds nothing (S11). */
  @Column('text')
  readonly delivery: string;

  @Column('text')
  readonly ordinal: string;

  /** As it came, as JSON. */
  @Column('text', { transformer: EXACT_JSON })
  readonly row: unknown;

  /** Why, by path into the row. */
  @Column('text', { transformer: EXACT_JSON })
  readonly problems: readonly object[];

  @Column('text')
  readonly state: 'waiting' | 'replayed' | 'discarded';

  /** Its place in the log once it was replayed. */
  @Column('text', { nullable: true })
  readonly sequence: string | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  readonly createdAt: Date;
}

import { Column, CreateDateColumn, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import type { DocumentKind } from '../definition/document.js';
import { parseJsonLossless } from '../definition/json-value.js';
import { exactJson } from './exact-json.js';
import type { Pins } from './pins.js';

/** Plain data in a text column, exactly (S2); see the first migration for why it is not jsonb. */
const EXACT_JSON = { to: exactJson, from: (text: string) => parseJsonLossless(text) };

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

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  readonly createdAt: Date;
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

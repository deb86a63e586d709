import type { DocumentKind } from '../definition/document.js';

/** Where each kind of document lives. */
export const KIND_ROUTES: Readonly<Record<DocumentKind, string>> = {
  Entity: 'entities',
  Source: 'sources',
  FeatureSet: 'feature-sets',
  FeatureService: 'feature-services',
  Model: 'models',
};

/** Where the versions of a definition live below its name; a model's `versions` are its trained ones. */
export const VERSION_ROUTES: Readonly<Record<DocumentKind, string>> = {
  Entity: 'versions',
  Source: 'versions',
  FeatureSet: 'versions',
  FeatureService: 'versions',
  Model: 'definitions',
};

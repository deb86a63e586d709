import { loadTf } from './backend.js';
import { testNetworkEngine } from './engine.suite.js';
import { TfEngine } from './tf-engine.js';

testNetworkEngine(
  'tfjs on wasm',
  async (architecture) => new TfEngine((await loadTf('wasm')).tf, architecture),
);

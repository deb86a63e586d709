import { testNetworkEngine } from './engine.suite.js';
import { isSimdNetwork, simdEngine } from './simd-engine.js';

testNetworkEngine('our wasm kernels', simdEngine, isSimdNetwork);

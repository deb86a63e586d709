"""Puts every view's newest rows online, as many times as it is told; prints a line of JSON for each: seconds and CPU seconds."""

import json
import logging
import os
import resource
import sys
import time
import warnings
from datetime import datetime, timezone

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

from feast import FeatureStore

store = FeatureStore(os.getcwd())
views = [f"view_{i}" for i in range(25)]
begin, end = datetime(2026, 5, 31, tzinfo=timezone.utc), datetime(2026, 6, 2, tzinfo=timezone.utc)

for line in sys.stdin:
    progress, sys.stdout = sys.stdout, sys.stderr
    started, cpu = time.perf_counter(), time.process_time()
    store.materialize(begin, end, feature_views=views)
    figures = {
        "seconds": time.perf_counter() - started,
        "cpuSeconds": time.process_time() - cpu,
        "peakRssMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    sys.stdout = progress
    print(json.dumps(figures), flush=True)

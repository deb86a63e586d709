"""25 feature views of 10 features over one file, as Feast's own benchmarks have them, and one view that is pushed to."""

from datetime import timedelta
from pathlib import Path

from feast import Entity, FeatureService, FeatureView, Field, FileSource, PushSource, ValueType
from feast.types import Int64

DATA = Path(__file__).resolve().parent / "data"
TTL = timedelta(days=3650)

entity = Entity(name="entity", join_keys=["entity"], value_type=ValueType.INT64)


def view(name, source, features):
    schema = [Field(name="entity", dtype=Int64)] + [Field(name=each, dtype=Int64) for each in features]
    return FeatureView(name=name, entities=[entity], ttl=TTL, schema=schema, online=True, source=source)


generated = FileSource(
    name="generated",
    path=str(DATA / "features.parquet"),
    timestamp_field="event_timestamp",
    created_timestamp_column="created",
)
views = [view(f"view_{i}", generated, [f"feature_{10 * i + j}" for j in range(10)]) for i in range(25)]
services = [FeatureService(name=f"service_{10 * count}", features=views[:count]) for count in (5, 25)]

batch = FileSource(name="pushed_batch", path=str(DATA / "pushed.parquet"), timestamp_field="event_timestamp")
pushed = PushSource(name="pushed", batch_source=batch)
pushed_view = view("pushed_view", pushed, [f"p_{j}" for j in range(10)])
pushed_service = FeatureService(name="pushed_service", features=[pushed_view])

for each in [*views, *services]:
    globals()[each.name] = each

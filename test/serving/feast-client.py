"""Answers each line, a JSON object, with one line: what Feast's own client makes of an answer of its feature server."""

import json
import logging
import sys
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

from feast import RepoConfig
from feast.infra.online_stores.remote import RemoteOnlineStore
from feast.protos.feast.serving.ServingService_pb2 import FieldStatus


def ask(path, features, entities, full_feature_names):
    config = RepoConfig(
        project="p",
        provider="local",
        registry="unused.db",
        online_store={"type": "remote", "path": path},
        entity_key_serialization_version=3,
    )
    try:
        answer = RemoteOnlineStore().get_online_features(
            config, features, entities, None, "p", full_feature_names=full_feature_names
        )
    except Exception as error:
        return {"error": type(error).__name__, "message": str(error)}
    proto = answer.proto
    names = proto.metadata.feature_names.val
    statuses = [[FieldStatus.Name(each) for each in column.statuses] for column in proto.results]
    return {"values": answer.to_dict(), "statuses": dict(zip(names, statuses))}


for line in sys.stdin:
    print(json.dumps(ask(**json.loads(line))), flush=True)

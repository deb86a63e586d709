"""Answers each line, a JSON object, with one line: how long scikit-learn takes to train a perceptron, and its last loss."""

import json
import sys
import time
import warnings

import numpy
from sklearn.neural_network import MLPClassifier, MLPRegressor

# Three epochs are not meant to converge.
warnings.filterwarnings("ignore")


def train(task, inputs, targets, width, rows, settings):
    x = numpy.fromfile(inputs, dtype="<f4").reshape(rows, width)
    y = numpy.fromfile(targets, dtype="<f4")
    kind = MLPRegressor if task == "regression" else MLPClassifier
    model = kind(
        hidden_layer_sizes=settings["hiddenLayers"],
        activation="relu",
        solver="adam",
        alpha=settings["l2"] * settings["batchSize"],
        batch_size=settings["batchSize"],
        learning_rate_init=settings["learningRate"],
        max_iter=settings["epochs"],
        shuffle=True,
        random_state=settings["seed"],
        early_stopping=False,
        tol=0.0,
        n_iter_no_change=settings["epochs"] + 1,
    )
    started = time.perf_counter()
    model.fit(x, y)
    return {"seconds": time.perf_counter() - started, "loss": float(model.loss_)}


for line in sys.stdin:
    print(json.dumps(train(**json.loads(line))), flush=True)

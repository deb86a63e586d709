"""Makes the models beside it; run with Python's onnx 1.23. Each takes `input`, float32 [rows, width]."""
import pathlib
import onnx
from onnx import TensorProto, helper

FOLDER = pathlib.Path(__file__).parent


def save(name, nodes, outputs, initializers=(), width=4, dtype=TensorProto.FLOAT):
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("input", dtype, ["rows", width])],
        outputs,
        initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString())


def tensor(name, shape, values):
    return helper.make_tensor(name, TensorProto.FLOAT, shape, values)


def output(name, *sides):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", *sides])


KERNEL = [0.5, -0.25, 1.5, -1.0]
WEIGHTS = [tensor("w", [4, 1], KERNEL), tensor("b", [1], [0.125])]
LINEAR = helper.make_node("Gemm", ["input", "w", "b"], ["score"])
save("linear", [LINEAR], [output("score", 1)], WEIGHTS)
save("logistic", [LINEAR, helper.make_node("Sigmoid", ["score"], ["probability"])], [output("probability", 1)], WEIGHTS)
CLASSES = [tensor("w", [4, 3], [v * k for k in KERNEL for v in (1, -2, 0.5)]), tensor("b", [3], [0.1, 0.2, 0.3])]
softmax = [helper.make_node("Gemm", ["input", "w", "b"], ["z"]), helper.make_node("Softmax", ["z"], ["probabilities"], axis=1)]
save("classes", softmax, [output("probabilities", 3)], CLASSES)
save("infinite", [LINEAR, helper.make_node("Log", ["score"], ["log"])], [output("log", 1)], WEIGHTS)
save("double", [helper.make_node("Identity", ["input"], ["same"])], [helper.make_tensor_value_info("same", TensorProto.DOUBLE, ["rows", 4])], dtype=TensorProto.DOUBLE)

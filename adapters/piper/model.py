"""A Piper voice model, changed so that it says when each phoneme sounds and repeats itself.

Piper's voices are VITS models exported to ONNX. As they come they keep their phoneme durations
to themselves, and draw noise inside the graph, so that no sentence is ever said twice alike. A
patched copy gives the durations out, takes the noise in, and speaks at exactly the speed asked
for: by itself the model rounds each phoneme's duration up to whole frames, so that 7 % more speed
made a sentence only 2.6 % shorter. The copy lives in a cache folder of
ours, named after the original's content: the installed package is never written to.
"""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import onnx

PATCH_VERSION = 2
"""Counted up whenever the patched graph or the noise fed into it changes."""

NOISE_LENGTH = 262_147
"""Normal numbers drawn per input: 16 s of a medium voice; longer sound goes round again. A prime,
so that the second round doesn't meet the same channels."""

DURATIONS_OUTPUT = "faceless_durations"
SPEED_INPUT = "faceless_speed"
_NOISE_INPUT = "faceless_noise_{index}"
_DIGEST_CHUNK = 1 << 20


class Inference(msgspec.Struct, frozen=True):
    """How freely the model speaks: ``scales`` of a Piper voice."""

    noise: float
    """variation of the sound"""
    length: float
    """the voice's own pace, as its JSON has it"""
    duration_noise: float
    """variation of the rhythm"""


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_DIGEST_CHUNK):
            digest.update(block)
    return digest.hexdigest()


def patched_copy(original: Path, digest: str, cache_dir: Path) -> Path:
    """The patched copy of a voice model, made now if it isn't in ``cache_dir`` yet.

    Written under a temporary name and renamed: a killed process leaves no half-written model,
    and two processes that patch at once write the same bytes.
    """
    copy = cache_dir / f"{original.stem}-{digest[:16]}-patch{PATCH_VERSION}.onnx"
    if copy.is_file():
        return copy
    import onnx

    model = onnx.load(str(original))
    patch(model)
    cache_dir.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=cache_dir, prefix=".patching-", suffix=".onnx")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(model.SerializeToString())
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(copy)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return copy


def patch(model: "onnx.ModelProto") -> None:
    """Give out the phoneme durations, take noise and speed in, in place.

    Raises:
        ValueError: the graph isn't one of a Piper voice.
    """
    from onnx import TensorProto, helper

    nodes = list(model.graph.node)
    ceilings = [node for node in nodes if node.op_type == "Ceil"]
    if len(ceilings) != 1:
        raise ValueError(f"expected one Ceil node (the durations), found {len(ceilings)}")

    rebuilt: list[onnx.NodeProto] = []
    noises = 0
    for node in nodes:
        if node.op_type == "Ceil":
            rebuilt.extend(_at_speed(node))
            continue
        if node.op_type != "RandomNormalLike":
            rebuilt.append(node)
            continue
        name = _NOISE_INPUT.format(index=noises)
        noises += 1
        model.graph.input.append(
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [NOISE_LENGTH])
        )
        rebuilt.extend(_noise_like(node.input[0], name, node.output[0]))
    if not noises:
        raise ValueError("expected RandomNormalLike nodes (the noise), found none")
    rebuilt.append(helper.make_node("Identity", [ceilings[0].output[0]], [DURATIONS_OUTPUT]))
    model.graph.input.append(helper.make_tensor_value_info(SPEED_INPUT, TensorProto.FLOAT, []))
    del model.graph.node[:]
    model.graph.node.extend(rebuilt)
    model.graph.output.append(
        helper.make_tensor_value_info(DURATIONS_OUTPUT, TensorProto.FLOAT, None)
    )


def _at_speed(ceiling: "onnx.NodeProto") -> "list[onnx.NodeProto]":
    """Nodes that bring whole frames to the speed: the ends of phonemes are divided and rounded.

    Rounding the ends (and not the durations) keeps the sum right: errors don't add up.
    """
    from onnx import helper

    def name(part: str) -> str:
        return f"{SPEED_INPUT}/{part}"

    return [
        _integers(name("axis"), [2]),
        _integers(name("from"), [0]),
        _integers(name("until"), [-1]),
        _integers(name("padding"), [0, 0, 1, 0, 0, 0]),
        helper.make_node("Ceil", list(ceiling.input), [name("frames")]),
        helper.make_node("CumSum", [name("frames"), name("axis")], [name("ends")]),
        helper.make_node("Div", [name("ends"), SPEED_INPUT], [name("scaled")]),
        helper.make_node("Round", [name("scaled")], [name("rounded")]),
        helper.make_node("Pad", [name("rounded"), name("padding")], [name("shifted")]),
        helper.make_node(
            "Slice", [name("shifted"), name("from"), name("until"), name("axis")], [name("starts")]
        ),
        helper.make_node("Sub", [name("rounded"), name("starts")], list(ceiling.output)),
    ]


def _integers(name: str, values: list[int], *, scalar: bool = False) -> "onnx.NodeProto":
    from onnx import TensorProto, helper

    dims = [] if scalar else [len(values)]
    return helper.make_node(
        "Constant", [], [name], value=helper.make_tensor(name, TensorProto.INT64, dims, values)
    )


def _noise_like(shaped: str, noise: str, output: str) -> "list[onnx.NodeProto]":
    """Nodes that give ``output`` the shape of ``shaped``, filled from ``noise`` round and round."""
    from onnx import helper

    def name(part: str) -> str:
        return f"{noise}/{part}"

    return [
        _integers(name("zero"), [0], scalar=True),
        _integers(name("one"), [1], scalar=True),
        _integers(name("length"), [NOISE_LENGTH]),
        helper.make_node("Shape", [shaped], [name("shape")]),
        helper.make_node("ReduceProd", [name("shape")], [name("count")], keepdims=0),
        helper.make_node("Range", [name("zero"), name("count"), name("one")], [name("range")]),
        helper.make_node("Mod", [name("range"), name("length")], [name("round")]),
        helper.make_node("Gather", [noise, name("round")], [name("flat")], axis=0),
        helper.make_node("Reshape", [name("flat"), name("shape")], [output]),
    ]


class SeededModel:
    """An open voice model: phoneme ids in; sound, and each id's duration, out.

    One model may be run by several threads at once (ONNX Runtime allows that); each run uses
    one thread, since the order of a sum over several threads changes its last bits.
    """

    def __init__(self, path: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.use_deterministic_compute = True
        self._session = onnxruntime.InferenceSession(
            str(path), sess_options=options, providers=["CPUExecutionProvider"]
        )
        inputs = [item.name for item in self._session.get_inputs()]
        self._noise_inputs = [name for name in inputs if name.startswith("faceless_noise_")]
        self._takes_speaker = "sid" in inputs
        self._sound_output = self._session.get_outputs()[0].name

    def run(
        self,
        ids: list[int],
        inference: Inference,
        *,
        speed: float,
        seed: int,
        speaker: int = 0,
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Speak phoneme ids: samples in -1 to 1, and each id's duration in frames of the model.

        The durations add up to the sound's length (times the model's hop length).
        """
        feeds: dict[str, Any] = {
            "input": np.array([ids], dtype=np.int64),
            "input_lengths": np.array([len(ids)], dtype=np.int64),
            "scales": np.array(
                [inference.noise, inference.length, inference.duration_noise], dtype=np.float32
            ),
            SPEED_INPUT: np.array(speed, dtype=np.float32),
        }
        if self._takes_speaker:
            feeds["sid"] = np.array([speaker], dtype=np.int64)
        # RandomState and not Generator: its stream is frozen over NumPy's versions (NEP 19)
        words = np.frombuffer(hashlib.sha256(str(seed).encode()).digest(), dtype="<u4")
        source = np.random.RandomState(words.astype(np.uint32))
        for name in self._noise_inputs:
            feeds[name] = source.standard_normal(NOISE_LENGTH).astype(np.float32)
        sound, durations = self._session.run([self._sound_output, DURATIONS_OUTPUT], feeds)
        return (
            np.asarray(sound, dtype=np.float32).reshape(-1),
            np.asarray(durations).reshape(-1).astype(np.int64),
        )

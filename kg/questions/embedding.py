"""Sentence embeddings by all-MiniLM-L6-v2 (Reimers and Gurevych 2019; Wang et al. 2020) in NumPy, from local files.

The weights are mapped from disk, not read: a cold start costs what a question touches.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a question is too small to share: threads would only wait

import numpy as np
from numpy.typing import NDArray

from kg.vocabulary.names import fold

Floats = NDArray[np.float32]
WEIGHTS: Final = "model.safetensors"
VOCABULARY: Final = "vocab.txt"
LONGEST: Final = 128
LONG: Final = 6
HEADS: Final = 12
LAYERS: Final = 6
BATCH: Final = 64
_EPSILON: Final = np.float32(1e-12)
_PIECE: Final = re.compile(r"\w+|[^\w\s]")


class WordPieces:
    """The WordPiece tokenizer of BERT, uncased (Devlin et al. 2019); British words are read as American ones.

    A word has to be long, and no piece of its own unless its American spelling is one too: `four` is no `for`.
    """

    def __init__(self, path: Path) -> None:
        lines = path.read_text(encoding="utf-8").splitlines()
        self.ids: Mapping[str, int] = {piece: number for number, piece in enumerate(lines)}
        self.unknown = self.ids["[UNK]"]

    def __call__(self, text: str) -> list[int]:
        """The piece numbers of a text between [CLS] and [SEP]."""
        plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")
        found = [number for word in _PIECE.findall(plain.replace("_", " _ ")) for number in self._word(word)]
        return [self.ids["[CLS]"], *found[: LONGEST - 2], self.ids["[SEP]"]]

    def _word(self, word: str) -> list[int]:
        """The longest pieces from the left, or the unknown one."""
        if len(word) >= LONG and (word not in self.ids or fold(word) in self.ids):
            word = fold(word)
        found: list[int] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = self.ids.get(("##" if start else "") + word[start:end])
                if piece is not None:
                    found.append(piece)
                    start = end
                    break
            else:
                return [self.unknown]
        return found


class Encoder:
    """The transformer: texts to unit vectors of 384 numbers, the mean over their pieces."""

    def __init__(self, folder: Path) -> None:
        self.pieces = WordPieces(folder / VOCABULARY)
        self.weights = dict(_tensors(folder / WEIGHTS))
        self.size = self.weights["embeddings.LayerNorm.weight"].size
        self.identity = f"{WEIGHTS} {(folder / WEIGHTS).stat().st_size}".encode() + _source()

    def __call__(self, text: str) -> Floats:
        """The unit vector of one text."""
        found: Floats = self._encoded([self.pieces(text)])[0]
        return found

    def batch(self, texts: Sequence[str]) -> Floats:
        """The unit vectors of many texts, one a row. Texts of one length share a pass: the weights are read once."""
        pieces = [self.pieces(text) for text in texts]
        by_length: dict[int, list[int]] = {}
        for place, numbers in enumerate(pieces):
            by_length.setdefault(len(numbers), []).append(place)
        found = np.empty((len(texts), self.size), dtype=np.float32)
        for places in by_length.values():
            for start in range(0, len(places), BATCH):
                part = places[start : start + BATCH]
                found[part] = self._encoded([pieces[place] for place in part])
        return found

    def _encoded(self, pieces: Sequence[Sequence[int]]) -> Floats:
        """The unit vectors of texts of one length."""
        state = self._embedded(np.array(pieces))
        for layer in range(LAYERS):
            state = self._layer(state, f"encoder.layer.{layer}.")
        mean = state.mean(axis=1)
        vectors: Floats = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return vectors

    def _embedded(self, numbers: NDArray[np.int64]) -> Floats:
        w = self.weights
        total = (
            w["embeddings.word_embeddings.weight"][numbers]
            + w["embeddings.position_embeddings.weight"][: numbers.shape[1]]
            + w["embeddings.token_type_embeddings.weight"][0]
        )
        return self._normal(total, "embeddings.LayerNorm")

    def _layer(self, state: Floats, name: str) -> Floats:
        """Self-attention and the feed-forward part of one layer, each added to its input and normalised."""
        mixed = self._linear(self._attention(state, name + "attention.self."), name + "attention.output.dense")
        state = self._normal(state + mixed, name + "attention.output.LayerNorm")
        inner = _gelu(self._linear(state, name + "intermediate.dense"))
        return self._normal(state + self._linear(inner, name + "output.dense"), name + "output.LayerNorm")

    def _attention(self, state: Floats, name: str) -> Floats:
        count, length, width = state.shape
        size = width // HEADS
        query, key, value = (
            self._linear(state, name + part).reshape(count, length, HEADS, size).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(size**0.5)
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights = scores / scores.sum(axis=-1, keepdims=True)
        found: Floats = (weights @ value).transpose(0, 2, 1, 3).reshape(count, length, width)
        return found

    def _linear(self, state: Floats, name: str) -> Floats:
        flat = state.reshape(-1, state.shape[-1])  # one product of matrices, not one a text
        found: Floats = flat @ self.weights[name + ".weight"].T + self.weights[name + ".bias"]
        return found.reshape(*state.shape[:-1], -1)

    def _normal(self, state: Floats, name: str) -> Floats:
        centred = state - state.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + _EPSILON)
        found: Floats = scaled * self.weights[name + ".weight"] + self.weights[name + ".bias"]
        return found


@cache
def _source() -> bytes:
    """A digest of how vectors are made."""
    return hashlib.sha256(Path(__file__).read_bytes()).digest()


def _gelu(x: Floats) -> Floats:
    """The Gaussian error linear unit, with the error function of Abramowitz and Stegun 7.1.26 (error below 1.5e-7)."""
    z = np.abs(x) * np.float32(2**-0.5)
    t = 1 / (1 + np.float32(0.3275911) * z)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.sign(x) * (1 - series * np.exp(-z * z))
    found: Floats = (np.float32(0.5) * x * (1 + erf)).astype(np.float32)
    return found


def _tensors(path: Path) -> Iterator[tuple[str, Floats]]:
    """The arrays of a safetensors file, mapped into memory."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            flat = np.frombuffer(mapped, dtype="<f4", offset=8 + size + start, count=(end - start) // 4)
            yield name, flat.reshape(entry["shape"])

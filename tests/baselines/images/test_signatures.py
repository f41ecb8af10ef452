"""Signatures on disk: halves, codes of a product quantiser, passes that stop and go on.

Legend: N images, L values of a signature, G groups, W words, V values of a group.
"""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from repro.baselines.encoders.product_quantizer import Quantizer, fit_quantizer
from repro.baselines.images.signatures import SignatureFile, SignatureWriter, as_float32, packed, write_quantizer


def signatures(num, length=12, seed=0):
    return np.random.default_rng(seed).normal(0, 1, (num, length)).astype(np.float32)


def quantizer_of(signature_NL, *, values_per_code=4, num_iterations=10, key=1):
    return fit_quantizer(signature_NL, values_per_code=values_per_code, num_iterations=num_iterations, key=key, name="sift")


def test_codes_are_the_nearest_words():
    quantizer = quantizer_of(signatures(300))
    assert quantizer.word_GWV.shape == (3, 256, 4)
    signature_L = signatures(1, seed=1)[0]
    code_G = quantizer.codes_G(signature_L)
    for group, code in enumerate(code_G):
        own_V = signature_L[4 * group : 4 * group + 4]
        assert code == ((quantizer.word_GWV[group] - own_V) ** 2).sum(axis=1).argmin()
    decoded_L = quantizer.decoded_NL(code_G[None])[0]
    assert (decoded_L == np.concatenate([quantizer.word_GWV[group, code] for group, code in enumerate(code_G)])).all()


def test_as_many_signatures_as_words_come_back_as_they_are():
    signature_NL = signatures(40)
    quantizer = quantizer_of(signature_NL)
    assert quantizer.word_GWV.shape == (3, 40, 4)
    codes_NG = np.stack([quantizer.codes_G(signature_L) for signature_L in signature_NL])
    np.testing.assert_allclose(quantizer.decoded_NL(codes_NG), signature_NL, rtol=1e-6)


def test_iterations_and_shorter_groups_lose_less():
    signature_NL, new_NL = signatures(3000, seed=2), signatures(200, seed=3)
    lost = {}
    for values_per_code in (2, 4):
        for num_iterations in (0, 10):
            own = quantizer_of(signature_NL, values_per_code=values_per_code, num_iterations=num_iterations)
            codes_NG = np.stack([own.codes_G(signature_L) for signature_L in new_NL])
            lost[values_per_code, num_iterations] = ((own.decoded_NL(codes_NG) - new_NL) ** 2).mean()
    assert lost[4, 10] < lost[4, 0] and lost[2, 10] < lost[4, 10] < 0.2  # of variance 1


def test_blocks_and_keys(monkeypatch):
    signature_NL = signatures(300)
    whole = quantizer_of(signature_NL)
    monkeypatch.setattr("repro.baselines.encoders.product_quantizer.DISTANCES_AT_ONCE", 1)  # one group at a time
    np.testing.assert_allclose(quantizer_of(signature_NL).word_GWV, whole.word_GWV, atol=1e-6)
    assert (quantizer_of(signature_NL, key=2).word_GWV != whole.word_GWV).any()
    with pytest.raises(ValueError, match="channel sift: signatures of 12 values by 5 to a code; allowed: a divisor"):
        quantizer_of(signature_NL, values_per_code=5)


def test_halves_become_the_same_floats_as_by_numpy():
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    finite_NL = every[np.isfinite(every)].reshape(-1, 4)
    assert (as_float32(finite_NL) == finite_NL.astype(np.float32)).all()
    assert as_float32(finite_NL[:0]).shape == (0, 4)


@pytest.mark.parametrize("quantized", [False, True])
def test_a_file_gives_back_rows_and_can_be_pickled(tmp_path, quantized):
    signature_NL = signatures(10)
    quantizer = quantizer_of(signature_NL) if quantized else None
    writer = SignatureWriter(tmp_path, widths={"sift": 3 if quantized else 12}, quantized=quantized, num_images=10)
    assert list(writer.fill({"sift": packed(signature_L, quantizer)} for signature_L in signature_NL)) == list(range(1, 11))
    codebooks = None
    if quantizer is not None:
        codebooks = tmp_path / "codebooks.npz"
        write_quantizer(codebooks, quantizer)
    opened = pickle.loads(pickle.dumps(SignatureFile(path=writer.file("sift"), codebooks=codebooks))).opened()
    assert len(opened) == 10 and opened.num_values == 12
    rows_NL = opened.rows_NL(np.array([7, 2]))
    assert rows_NL.dtype == np.float32
    np.testing.assert_allclose(rows_NL, signature_NL[[7, 2]], rtol=1e-6 if quantized else 1e-3, atol=1e-4)


def test_a_stopped_pass_goes_on_after_the_last_image_made_sure_of(tmp_path, monkeypatch):
    monkeypatch.setattr("repro.baselines.images.signatures.FLUSH_EVERY", 4)
    signature_NL = signatures(10).astype(np.float16)

    def rows(first, last):
        for index in range(first, last):
            yield {"sift": signature_NL[index]}
        if last < 10:
            raise OSError("the disk is gone")

    settings = {"widths": {"sift": 12}, "quantized": False, "num_images": 10}
    writer = SignatureWriter(tmp_path, **settings)
    with pytest.raises(OSError, match="disk"):
        list(writer.fill(rows(0, 6)))
    again = SignatureWriter(tmp_path, **settings)
    assert again.num_done == 6
    assert list(again.fill(rows(6, 10))) == [7, 8, 9, 10]
    assert (np.load(tmp_path / "sift.npy") == signature_NL).all()
    assert SignatureWriter(tmp_path, **settings).num_done == 10
    other = SignatureWriter(tmp_path, widths={"sift": 8}, quantized=False, num_images=10)
    assert other.num_done == 0 and np.load(tmp_path / "sift.npy").shape == (10, 8)


def test_a_quantizer_of_zeros_gives_zeros():
    quantizer = Quantizer(word_GWV=np.zeros((3, 2, 4), np.float32))
    assert (quantizer.decoded_NL(quantizer.codes_G(np.zeros(12, np.float32))[None]) == 0).all()

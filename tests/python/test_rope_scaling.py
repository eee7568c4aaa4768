"""Rotary positions that are stretched: what config.json may say of them, against transformers, on a small random Llama."""
import json
import shutil
import subprocess

import numpy as np
import pytest
import test_architectures
from test_architectures import makers  # noqa: F401

TRAINED = dict(original_max_position_embeddings=20)
SETTINGS = {
    "yarn": dict(factor=4.0, **TRAINED),
    "yarn of all positions": dict(factor=4.0),
    "yarn with its bounds": dict(factor=2.5, beta_fast=4.0, beta_slow=0.5, **TRAINED),
    "yarn not truncated": dict(factor=4.0, truncate=False, beta_fast=3.0, beta_slow=0.3, **TRAINED),
    "yarn with a factor of attention": dict(factor=4.0, attention_factor=1.7, **TRAINED),
    "yarn with two weights": dict(factor=4.0, mscale=0.7, mscale_all_dim=0.4, **TRAINED),
    "yarn with one weight": dict(factor=4.0, mscale=0.7, **TRAINED),
    "yarn whose bounds meet": dict(factor=4.0, beta_fast=0.01, beta_slow=0.01, **TRAINED),
}
UNKNOWN = {
    "yarn": (dict(rope_type="yarn", factor=4.0, finetuned=True), "\"finetuned\" is given"),
    "yarn without a factor": (dict(rope_type="yarn"), "\"factor\" is missing"),
    "linear": (dict(rope_type="linear", factor=4.0, beta_fast=3.0), "\"beta_fast\" is given"),
    "llama3": (dict(rope_type="llama3", factor=8.0, attention_factor=1.0), "\"attention_factor\" is given"),
    "part of a head": (dict(rope_type="default", partial_rotary_factor=0.5), "\"partial_rotary_factor\" is given"),
    "another": (dict(rope_type="longrope", factor=4.0), "default, linear, llama3, yarn"),
    "a negative factor": (dict(rope_type="yarn", factor=-1.0), "expected a number above 0"),
}


@pytest.fixture(scope="module")
def llama(makers, tmp_path_factory):  # noqa: F811
    return test_architectures.Model("llama", tmp_path_factory.mktemp("models") / "llama", makers)


@pytest.fixture()
def folder(llama, tmp_path):
    return shutil.copytree(llama.folder, tmp_path / "model")


@pytest.mark.parametrize("name", SETTINGS)
def test_yarn_is_that_of_transformers(run_lengthwise, tmp_path, llama, folder, name):
    scaling = dict(rope_type="yarn", **SETTINGS[name])
    test_architectures.change_json(folder / "config.json", rope_scaling=scaling)
    expected = llama.vectors(80, folder)
    found = test_architectures.embed(run_lengthwise, tmp_path, folder, "--max-length", 80)
    np.testing.assert_allclose(found, expected, atol=2e-5)
    plain = test_architectures.embed(run_lengthwise, tmp_path, llama.folder, "--max-length", 80)
    assert np.abs(found - plain).max() > 1e-3, "it changes something"
    if name != "yarn":
        return
    # As later versions of transformers write it.
    base = json.loads((folder / "config.json").read_text())["rope_theta"]
    test_architectures.change_json(folder / "config.json", rope_scaling=None, rope_theta=None, rope_parameters=scaling | {"rope_theta": base})
    assert (test_architectures.embed(run_lengthwise, tmp_path, folder, "--max-length", 80) == found).all()


def test_the_base_of_later_versions_is_read(run_lengthwise, tmp_path, llama, folder):
    test_architectures.change_json(folder / "config.json", rope_theta=300.0)
    expected = test_architectures.embed(run_lengthwise, tmp_path, folder)
    test_architectures.change_json(folder / "config.json", rope_theta=None, rope_parameters={"rope_type": "default", "rope_theta": 300.0})
    assert (test_architectures.embed(run_lengthwise, tmp_path, folder) == expected).all()


def refused(binary, folder, message):
    done = subprocess.run([binary, "inspect", "--model", folder, "--no-speed"], capture_output=True, text=True)
    assert done.returncode == 1 and message in done.stderr and "config.json" in done.stderr, done.stderr


@pytest.mark.parametrize("member", ["rope_scaling", "rope_parameters"])
@pytest.mark.parametrize("name", UNKNOWN)
def test_members_that_are_not_known_are_refused(binary, folder, name, member):
    scaling, message = UNKNOWN[name]
    test_architectures.change_json(folder / "config.json", **{"rope_scaling": None, member: scaling})
    refused(binary, folder, message)


def test_two_descriptions_are_refused(binary, folder):
    scaling = {"rope_type": "linear", "factor": 2.0}
    test_architectures.change_json(folder / "config.json", rope_scaling=scaling, rope_parameters=scaling)
    refused(binary, folder, "\"rope_scaling\" is given")


def test_a_config_of_later_versions_is_refused_where_it_is_not_read(root, binary, tmp_path):
    folder = shutil.copytree(root / "tests/data/tiny_bert", tmp_path / "model")
    test_architectures.change_json(folder / "config.json", rope_parameters={"rope_type": "default", "rope_theta": 300.0})
    refused(binary, folder, "\"rope_parameters\" is given")

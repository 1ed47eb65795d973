"""What others put into their continuous integration: valid, and its steps do what they say."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
SPECIFICATION, TEMPLATE = yaml.safe_load_all((ROOT / "templates" / "vnetspec.yml").read_text())

#: Nothing is installed by these tests: what they need is there.
NOTHING = {"package": "vnetspec", "system-packages": ""}


class Action:
    """The composite action, its steps run as a runner runs them."""

    def __init__(self, directory):
        self.directory = directory
        self.summary, self.output = directory / "summary", directory / "output"

    def run(self, **inputs):
        """The status of the first step that fails, or 0; what was said."""
        for file in (self.summary, self.output):
            file.touch()
        told = ""
        for step in ACTION["runs"]["steps"]:
            if "run" not in step:
                continue
            result = shell(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                self.directory,
                self.environment(step, inputs),
            )
            told += result.stdout
            if result.returncode:
                return result.returncode, told
        return 0, told

    def check(self, words, status):
        """The summary of the job says these words, and the output the status."""
        assert words in self.summary.read_text()
        assert self.output.read_text() == f"status={status}\n"

    def environment(self, step, inputs):
        given = {name: entry.get("default", "") for name, entry in ACTION["inputs"].items()}
        given |= NOTHING | {name.replace("_", "-"): value for name, value in inputs.items()}
        values = {
            key: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: given[found[1]], text)
            for key, text in step["env"].items()
        }
        return values | {
            "GITHUB_OUTPUT": str(self.output),
            "GITHUB_STEP_SUMMARY": str(self.summary),
        }


class Job:
    """The job of the component, its scripts run as a runner runs them."""

    def __init__(self, directory):
        self.directory = directory

    def run(self, **inputs):
        script = "\n".join(
            [*TEMPLATE["vnetspec"]["before_script"], *TEMPLATE["vnetspec"]["script"]]
        )
        variables = filled(inputs)["vnetspec"]["variables"]
        result = shell(["sh", "-e", "-c", script], self.directory, variables)
        return result.returncode, result.stdout

    def check(self, words, status):
        """There is no summary but the file."""


def filled(inputs):
    """The template with its inputs in place."""
    given = {k: v.get("default", "") for k, v in SPECIFICATION["spec"]["inputs"].items()}
    given |= NOTHING | {name.replace("_", "-"): value for name, value in inputs.items()}
    text = yaml.safe_dump(TEMPLATE)
    for name, value in given.items():
        text = text.replace(f"$[[ inputs.{name} ]]", json.dumps(value)[1:-1] or "''")
    assert "$[[" not in text
    return yaml.safe_load(text)


def shell(command, directory, variables):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command,
        cwd=directory,
        env=os.environ | {"PATH": path} | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.fixture(params=[Action, Job])
def pipeline(request, tmp_path):
    return request.param(tmp_path)


@pytest.mark.slow
def test_a_run_as_expected_leaves_its_reports(pipeline):
    status, told = pipeline.run(select="ARP-01 ARP-02", arguments="--strict -q")

    assert status == 0, told
    pipeline.check("refnet", status)
    artifacts = pipeline.directory / "artifacts"
    assert (artifacts / "matrix.html").is_file()
    assert "refnet" in (artifacts / "summary.md").read_text()
    assert len(ET.parse(artifacts / "junit.xml").findall(".//testcase")) > 1
    results = json.loads((artifacts / "refnet" / "results.json").read_text())
    assert set(results["requirements"]) == {"ARP-01", "ARP-02"}


@pytest.mark.slow
def test_deviations_fail_the_pipeline_and_are_reported(pipeline):
    (pipeline.directory / "stale.toml").write_text(
        '[ARP-01]\nreason = "none"\nreference = "none"\n'
    )

    status, told = pipeline.run(select="ARP-01", baseline="stale.toml")

    assert status == 1, told
    pipeline.check("ARP-01", status)
    assert "ARP-01" in (pipeline.directory / "artifacts" / "summary.md").read_text()


@pytest.mark.slow
def test_wrong_usage_fails_with_its_status(pipeline):
    status, told = pipeline.run(select="NOPE-99")

    assert status == 2
    assert "NOPE-99" in told


def test_every_input_is_used():
    used = set(re.findall(r"inputs\.([\w-]+)", (ROOT / "action.yml").read_text()))
    assert used == set(ACTION["inputs"])
    used = set(
        re.findall(r"\$\[\[ inputs\.([\w-]+)", (ROOT / "templates/vnetspec.yml").read_text())
    )
    assert used == set(SPECIFICATION["spec"]["inputs"])


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["github-actions", "gitlab-ci"])
def test_the_form_is_valid(kind, tmp_path):
    file = ROOT / "action.yml"
    if kind == "gitlab-ci":
        file = tmp_path / "job.yml"
        file.write_text(yaml.safe_dump(filled({})))

    result = shell(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{kind}", file],
        tmp_path,
        {},
    )

    assert result.returncode == 0, result.stdout


@pytest.mark.slow
def test_the_style_is_that_of_yaml():
    result = shell([sys.executable, "-m", "yamllint", "action.yml", "templates"], ROOT, {})

    assert result.returncode == 0, result.stdout


@pytest.mark.slow
def test_the_scripts_are_clean(tmp_path):
    scripts = [("bash", step["run"]) for step in ACTION["runs"]["steps"] if "run" in step]
    job = TEMPLATE["vnetspec"]
    scripts += [("sh", script) for script in (*job["before_script"], *job["script"])]
    for number, (kind, script) in enumerate(scripts):
        file = tmp_path / f"{number}.{kind}"
        file.write_text(script)
        result = shell(["shellcheck", f"--shell={kind}", str(file)], tmp_path, {})
        assert result.returncode == 0, result.stdout

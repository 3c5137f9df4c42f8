"""Settings as written in `settings.toml`, and what stops with a sentence."""

from datetime import date
from pathlib import Path

import pytest

from cop_metrics.errors import CopError
from cop_metrics.settings import CommunitySettings, Settings, read_settings


def read(folder: Path, text: str) -> Settings:
    (folder / "settings.toml").write_text(text, encoding="utf-8")
    return read_settings(folder)


def test_without_a_file_all_is_as_by_default(tmp_path: Path) -> None:
    assert read_settings(tmp_path) == Settings(default=CommunitySettings(), communities={})
    assert read_settings(tmp_path).of("any").targets == {"answer_rate": 0.7}


def test_a_community_has_its_own_settings_and_else_those_of_all(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        'time_zone = "Europe/Berlin"\nsmall_group = 4\nholidays = [2026-12-25]\n\n'
        "[communities.welders]\nsmall_group = 7\n",
    )
    assert settings.of("welders") == CommunitySettings(
        time_zone="Europe/Berlin", small_group=7, holidays=(date(2026, 12, 25),)
    )
    assert settings.of("painters").small_group == 4


def test_job_titles_mean_seniorities(tmp_path: Path) -> None:
    settings = read(tmp_path, 'seniorities = ["low", "high"]\n[job_titles]\n"Chief" = "high"\n')
    assert settings.of("any").seniorities == ("low", "high")
    assert settings.of("any").job_titles == {"Chief": "high"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[targets]\nanser_rate = 0.8",
            "There is no metric called 'anser_rate'. Did you mean 'answer_rate'?",
        ),
        (
            "[targets]\nquestions = 0.8",
            "'questions' is no share, so that it cannot have a target: choose a number in per cent.",
        ),
        ('timezone = "UTC"', "There is no setting called 'timezone'. Did you mean 'time_zone'?"),
        (
            'time_zone = "Europe/Berlim"',
            "There is no time zone called 'Europe/Berlim'. Did you mean 'Europe/Berlin'?",
        ),
        ("small_group = 2", "small_group is 2; it must be a whole number from 3 up."),
        ('small_group = "five"', "small_group is five; it must be a whole number from 3 up."),
        (
            "seniorities = []",
            "seniorities must be a list of names, lowest first, such as ['junior', 'mid', 'senior'].",
        ),
        (
            '[job_titles]\nBoss = "chief"',
            "The job title 'Boss' means 'chief', which is not on the scale of seniorities.",
        ),
        (
            "[targets]\nanswer_rate = 70",
            "The target of 'answer_rate' is 70; it must be a share from 0 to 1.",
        ),
        (
            "[communities.welders]\nsmall = 1",
            "There is no setting called 'small'. Did you mean 'small_group'?",
        ),
    ],
)
def test_a_setting_that_does_not_fit_stops_with_a_sentence(
    tmp_path: Path, text: str, sentence: str
) -> None:
    with pytest.raises(CopError) as stopped:
        read(tmp_path, text)
    assert str(stopped.value) == sentence


@pytest.mark.parametrize(
    "text",
    [
        "time_zone = 5",
        "seniorities = 'junior'",
        "seniorities = 3",
        "job_titles = 'Boss'",
        "targets = 0.7",
        "holidays = ['never']",
        "individual_scores = 'no'",
        "keep_titles = 1",
        "small_group = true",
        "communities = 3",
        "[communities]\nwelders = 3",
    ],
)
def test_a_value_of_the_wrong_kind_stops_with_a_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(CopError):
        read(tmp_path, text)


@pytest.mark.parametrize("text", [b"time_zone = ", b"\xff\xfe"])
def test_a_file_that_is_no_toml_stops_with_a_sentence(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "settings.toml").write_bytes(text)
    with pytest.raises(CopError, match="is not a valid settings file"):
        read_settings(tmp_path)

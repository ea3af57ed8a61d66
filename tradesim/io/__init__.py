"""Files in and out: scenario files (TOML) and files of measures (CSV), problems placed ``file:line``."""

from tradesim.io.measure_file import check as check_measures
from tradesim.io.scenario_file import read as read_scenario
from tradesim.io.scenario_file import read_written as read_scenario_text
from tradesim.io.scenario_text import text_of as scenario_text
from tradesim.io.scenario_text import write as write_scenario
from tradesim.io.tables import json_schema

__all__ = [
    "check_measures",
    "json_schema",
    "read_scenario",
    "read_scenario_text",
    "scenario_text",
    "write_scenario",
]

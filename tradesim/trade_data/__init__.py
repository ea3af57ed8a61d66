"""Trade data: readers for the public files of trade and tariffs that people have.

Every reader takes a file and ``regions``, adds the file up while reading it, and returns `TradeFlows`: who
buys how much from whom, US dollars a year, and what was left out, with its value. Those become `Economies`
for schedules and scenarios, or the duty-paid flows and tariffs that the models of `tradesim.economics`
start from.

Examples
--------
>>> from tradesim import trade_data
>>> start = trade_data.world_2023()
>>> start.flows.shape, start.tariffs.shape, start.year
((13, 13), (13, 13), 2023)
"""

from tradesim.trade_data.baci import read_baci
from tradesim.trade_data.baseline import Baseline
from tradesim.trade_data.comtrade import read_comtrade
from tradesim.trade_data.dataweb import read_dataweb
from tradesim.trade_data.flows import TradeFlows
from tradesim.trade_data.icio import from_pymrio, read_icio
from tradesim.trade_data.left_out import LeftOut, TradeDataWarning
from tradesim.trade_data.regions import ASEAN, EU27, EU28, REST, Regions
from tradesim.trade_data.wits import read_wits, read_wits_tariffs
from tradesim.trade_data.world import world_2023

__all__ = [
    "ASEAN",
    "EU27",
    "EU28",
    "REST",
    "Baseline",
    "LeftOut",
    "Regions",
    "TradeDataWarning",
    "TradeFlows",
    "from_pymrio",
    "read_baci",
    "read_comtrade",
    "read_dataweb",
    "read_icio",
    "read_wits",
    "read_wits_tariffs",
    "world_2023",
]

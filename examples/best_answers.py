"""Best answers: the duty that is best for the United States and for China against every duty of the other."""

import numpy as np

import tradesim as ts
from tradesim import economics as ec

world = ts.trade_data.world_2023()
model = ec.SingleSector(world.flows, world.tariffs, deficits="purged", codes=world.codes)
levels, pair, answers = np.linspace(0, 0.3, 31), np.zeros((13, 13), dtype=bool), {}
for code, other in (("USA", "CHN"), ("CHN", "USA")):
    one, two = model.codes.index(code), model.codes.index(other)
    given = np.repeat(model.tariffs[None], len(levels), axis=0)
    given[:, two, one], given[:, one, two], pair[one, two] = levels, 0.0, True
    answers[code] = ec.best_response_tariff(model, given, code, other).tariff
    print(f"{code}: {answers[code][0]:.1%} against no duty, {answers[code][-1]:.1%} against {levels[-1]:.0%}")

tariffs = ec.nash(model, ["USA", "CHN"], free=pair).tariffs
us, china = model.codes.index("USA"), model.codes.index("CHN")
curves = ts.plots.best_responses(
    ("USA", levels, answers["USA"]),
    ("CHN", levels, answers["CHN"]),
    nash=(tariffs[us, china], tariffs[china, us]),
    key="all other duties as in the base",
    title="The best answer to each other's duty",
    source=f"tradesim, one-sector model without trade deficits, elasticity 4; {world.source}",
)
print("written:", *ts.plots.save(curves, "out/best_answers", "best_answers"))

"""Small worlds of several sectors, drawn: what the tests of `Krugman`, `MultiSector` and policy share."""

import numpy as np
from hypothesis import strategies as st


def duties(rng, n, sectors, most=0.6, least=0.0):
    """Draw tariffs, none of an economy on itself."""
    return rng.uniform(least, most, (n, n, sectors)) * (1 - np.eye(n))[..., None]


def flows(rng, n, sectors, holes=0.1):
    """Draw unbalanced trade, most of it at home, with some cells empty; each buys from the next, in all."""
    trade = rng.lognormal(0.0, 1.0, (n, n, sectors)) * (rng.uniform(size=(n, n, sectors)) > holes)
    trade[np.arange(n), (np.arange(n) + 1) % n] += 0.5
    return trade + rng.lognormal(2.5, 0.5, (n, sectors))[:, None] * np.eye(n)[..., None]


def makings(rng, n, sectors):
    """Draw shares of value added and inputs."""
    inputs = rng.dirichlet(np.ones(sectors), (n, sectors)).swapaxes(1, 2)
    return rng.uniform(0.4, 0.9, (n, sectors)), inputs


@st.composite
def worlds(draw, sizes=(2, 4), sectors=(1, 3), most=0.6):
    """Draw a generator, flows, base tariffs, new tariffs and elasticities of substitution."""
    n, s = draw(st.integers(*sizes)), draw(st.integers(*sectors))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    return rng, flows(rng, n, s), duties(rng, n, s), duties(rng, n, s, most), rng.uniform(2.0, 8.0, s)

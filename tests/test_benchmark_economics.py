"""What the benchmark of counterfactuals compares is the same thing, in small."""

from benchmarks import economics
from tradesim.economics import hat_algebra as hat


def test_trade_wars_are_solved_alike_alone_and_together(monkeypatch):
    monkeypatch.setattr(economics, "BATCH", 5)
    found = economics.batches(economics.drawn(12), rounds=1)
    assert found["converged"] == found["scenarios"] == 5
    assert found["batch against loop"] <= economics.CLOSE
    assert found["largest residual"] < 1e-9


def test_wars_hurt_somebody():
    model = economics.drawn(8)
    tariffs = economics.trade_wars(model, 3)
    assert (tariffs >= 0).all()
    assert (model.solve(tariffs).welfare.min(axis=1) < 1).all()


def test_steps_that_share_a_jacobian_are_few(monkeypatch):
    model, asked = economics.drawn(40), []
    residual = hat.residual
    monkeypatch.setattr(hat, "residual", lambda *given: asked.append(1) or residual(*given))
    assert model.solve(economics.trade_wars(model, 1)).converged.all()
    assert len(asked) <= 16

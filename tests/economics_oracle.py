"""The models of economics read a second time, cell by cell in plain Python; slow, and independent."""

import math


def single_sector(flows, tariffs, new, elasticity, icebergs=None, deficit="world_share", steps=200_000):
    """Solve the equations of one sector by a damped fixed point; everything in loops."""
    n, eps = len(flows), elasticity
    spending = [sum(flows[m]) for m in range(n)]
    net = [[flows[m][i] / (1 + tariffs[m][i]) for i in range(n)] for m in range(n)]
    income = [sum(net[m][i] for m in range(n)) for i in range(n)]
    gap = [sum(net[m]) - income[m] for m in range(n)]
    wage = [1.0] * n
    for _ in range(steps):
        share, price = [], []
        for m in range(n):
            terms = []
            for i in range(n):
                cost = wage[i] * (1 + new[m][i]) / (1 + tariffs[m][i])
                cost *= 1.0 if icebergs is None else icebergs[m][i]
                terms.append(flows[m][i] / spending[m] * cost**-eps)
            share.append([term / sum(terms) for term in terms])
            price.append(sum(terms) ** (-1 / eps))
        kept = [sum(share[m][i] / (1 + new[m][i]) for i in range(n)) for m in range(n)]
        gaps = deficits(wage, income, gap, deficit)
        spent = [(wage[m] * income[m] + gaps[m]) / kept[m] for m in range(n)]
        sold = [sum(share[m][i] * spent[m] / (1 + new[m][i]) for m in range(n)) for i in range(n)]
        ratio = [sold[i] / (wage[i] * income[i]) for i in range(n)]
        if max(abs(r - 1) for r in ratio) < 1e-13:
            break
        wage = [wage[i] * ratio[i] ** (1 / (1 + eps)) for i in range(n)]
        level = sum(wage[i] * income[i] for i in range(n)) / sum(income)
        wage = [w / level for w in wage]
    welfare = [spent[m] / spending[m] / price[m] for m in range(n)]
    revenue = [(1 - kept[m]) * spent[m] for m in range(n)]
    flow = [[share[m][i] * spent[m] for i in range(n)] for m in range(n)]
    return {"wage": wage, "price": price, "welfare": welfare, "revenue": revenue, "flows": flow}


def deficits(wage, income, gap, closure):
    if closure != "own_share":
        return gap
    over = sum(w * g for w, g in zip(wage, gap, strict=True))
    world = sum(w * y for w, y in zip(wage, income, strict=True))
    return [w * g - w * y / world * over for w, g, y in zip(wage, gap, income, strict=True)]


def services_gaps(model, tariffs, wage, spending, labour):
    """Return what every equation of the model with services misses, term by term as they are written."""
    flows, nu, phi = model.flows.tolist(), model.services.tolist(), model.pass_through.tolist()
    n, eps = len(flows), model.elasticity
    base = [sum(row) for row in flows]
    income = [sum((1 - nu[m]) * flows[m][i] for m in range(n)) + nu[i] * base[i] for i in range(n)]
    transfer = [base[i] - income[i] for i in range(n)]
    pull = [
        [
            flows[m][i]
            / base[m]
            * (wage[i] / labour[i] ** model.scale) ** -eps
            * (1 + tariffs[m][i]) ** (-eps * phi[m])
            for i in range(n)
        ]
        for m in range(n)
    ]
    price = [(spending[m] / wage[m]) ** (1 - phi[m]) * sum(pull[m]) ** (-1 / eps) for m in range(n)]
    paid = [[pull[m][i] / sum(pull[m]) * base[m] * spending[m] for i in range(n)] for m in range(n)]
    border = [[paid[m][i] / (1 + tariffs[m][i]) for i in range(n)] for m in range(n)]
    revenue = [sum(paid[m]) - sum(border[m]) for m in range(n)]
    earned = [wage[i] * labour[i] * income[i] for i in range(n)]
    growth = sum(earned) / sum(income)
    gaps = []
    for i in range(n):
        sold = sum((1 - nu[m]) * border[m][i] for m in range(n)) + nu[i] * sum(border[i])
        relief = 1 / (1 - revenue[i] / earned[i]) if model.revenue_use == "income_tax" else 1.0
        gaps += [
            sold / earned[i] - 1,
            (revenue[i] + earned[i] + transfer[i] * growth) / (base[i] * spending[i]) - 1,
            math.log(labour[i]) - model.labour_supply * math.log(relief * wage[i] / price[i]),
        ]
    return [*gaps, sum((p - 1) * e for p, e in zip(price, base, strict=True)) / sum(base)]


def services_welfare(model, found):
    """Return welfare as it is written, from a solution."""
    base = model.flows.sum(axis=1)
    income = (1 - model.services) @ model.flows + model.services * base
    kappa = model.labour_supply
    welfare = []
    for n in range(len(base)):
        rate = found.revenue[n] / found.income[n] if model.revenue_use == "income_tax" else 0.0
        weight = base[n] / (base[n] - kappa * (1 - rate) * income[n] / (1 + kappa))
        consumption = found.spending[n] / base[n] / found.price[n]
        earnings = found.wage[n] * found.employment[n] / found.price[n]
        welfare.append(weight * consumption + (1 - weight) * earnings)
    return welfare


def market(shares, factor, sigma, eta, supply):
    """Return price index, border prices and quantities of one market, by bisection on the index."""

    def excess(log_index):
        index = math.exp(log_index)
        paid = [f * border(f, index, sigma, eta, mu) for f, mu in zip(factor, supply, strict=True)]
        if sigma == 1:
            return log_index - sum(b * math.log(p) for b, p in zip(shares, paid, strict=True))
        total = sum(b * p ** (1 - sigma) for b, p in zip(shares, paid, strict=True))
        return log_index - math.log(total) / (1 - sigma)

    low, high = -20.0, 20.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) < 0 else (low, middle)
    index = math.exp((low + high) / 2)
    prices = [border(f, index, sigma, eta, mu) for f, mu in zip(factor, supply, strict=True)]
    return (
        index,
        prices,
        [(p * f) ** -sigma * index ** (sigma + eta) for p, f in zip(prices, factor, strict=True)],
    )


def border(factor, index, sigma, eta, mu):
    """Return the price at which supply p^μ meets demand (pτ)^(−σ) P^(σ+η)."""
    return 1.0 if math.isinf(mu) else (factor**-sigma * index ** (sigma + eta)) ** (1 / (mu + sigma))

"""The models of many sectors read a second time, equation by equation in plain Python loops.

Given what a model answered, each function returns by how much every equation of the paper is missed.
"""

import math

import numpy as np


def krugman_gaps(flows, tariffs, new, sigma, found, deficits=None, icebergs=None):
    """Return what Ossa's equations miss: in his own terms, changes weighted by shares of the base.

    Wages, spending, prices and profits are taken from ``found``; each is then computed anew from the others.
    """
    n, sectors = len(flows), len(sigma)
    each, kinds = range(n), range(sectors)
    world = [[[flows[m][i][s] / (1 + tariffs[m][i][s]) for s in kinds] for i in each] for m in each]
    spent = [sum(flows[m][i][s] for i in each for s in kinds) for m in each]
    wage_bill = [sum((1 - 1 / sigma[s]) * world[m][i][s] for m in each for s in kinds) for i in each]
    gap = [0.0] * n if deficits is None else deficits
    wage = found.wage.tolist()
    spending = [found.spending[m] / spent[m] for m in each]

    def cost(m, i, s):
        melted = 1.0 if icebergs is None else icebergs[m][i][s]
        return wage[i] * melted * (1 + new[m][i][s]) / (1 + tariffs[m][i][s])

    ratio, price = {}, []
    for m in each:
        log_price = 0.0
        for s in kinds:
            total = sum(flows[m][i][s] for i in each)
            if total == 0:
                continue
            index = sum(flows[m][i][s] / total * cost(m, i, s) ** (1 - sigma[s]) for i in each)
            log_price -= total / spent[m] * math.log(index) / (sigma[s] - 1)
            for i in each:
                tax = (1 + tariffs[m][i][s]) / (1 + new[m][i][s])
                ratio[m, i, s] = cost(m, i, s) ** (1 - sigma[s]) / index * spending[m] * tax
        price.append(math.exp(log_price))
    value = {key: world[key[0]][key[1]][key[2]] * r for key, r in ratio.items()}
    sales = [[sum(value.get((m, i, s), 0.0) for m in each) for s in kinds] for i in each]
    gaps = []
    for i in each:
        paid = sum((1 - 1 / sigma[s]) * sales[i][s] for s in kinds)
        duties = sum(new[m][k][s] * v for (m, k, s), v in value.items() if m == i)
        profits = sum(sales[i][s] / sigma[s] for s in kinds)
        gaps += [
            paid / (wage[i] * wage_bill[i]) - 1,
            (wage[i] * wage_bill[i] + profits + duties + gap[i]) / (spending[i] * spent[i]) - 1,
            price[i] / found.price[i] - 1,
            spending[i] / price[i] / found.welfare[i] - 1,
            (duties - found.revenue[i]) / spent[i],
        ]
        for s in kinds:
            before = sum(world[m][i][s] for m in each)
            if before > 0:
                gaps.append(sales[i][s] / before / found.profit[i][s] - 1)
    gaps.append(sum(w * b for w, b in zip(wage, wage_bill, strict=True)) / sum(wage_bill) - 1)
    return np.array(gaps)


def multisector_gaps(model, new, found, icebergs=None):
    """Return what Caliendo and Parro's equations miss, from the base that the model settled on."""
    flows, tariffs = model.flows.tolist(), model.tariffs.tolist()
    theta, added, inputs = model.elasticity.tolist(), model.value_added.tolist(), model.inputs.tolist()
    n, sectors = len(flows), len(theta)
    each, kinds = range(n), range(sectors)
    wage, prices = found.wage.tolist(), found.prices.tolist()
    bought = [[sum(found.flows[m][i][s] for i in each) for s in kinds] for m in each]
    cost = [
        [
            wage[m] ** added[m][j]
            * math.prod(prices[m][k] ** inputs[m][k][j] for k in kinds) ** (1 - added[m][j])
            for j in kinds
        ]
        for m in each
    ]
    gaps, net = [], {}
    for m in each:
        for s in kinds:
            total = sum(flows[m][i][s] for i in each)
            if total == 0:
                continue
            terms = []
            for i in each:
                melted = 1.0 if icebergs is None else icebergs[m][i][s]
                trade_cost = melted * (1 + new[m][i][s]) / (1 + tariffs[m][i][s])
                terms.append(flows[m][i][s] / total * (trade_cost * cost[i][s]) ** -theta[s])
            gaps.append(sum(terms) ** (-1 / theta[s]) / prices[m][s] - 1)
            for i in each:
                net[m, i, s] = terms[i] / sum(terms) * bought[m][s] / (1 + new[m][i][s])
                gaps.append(net[m, i, s] * (1 + new[m][i][s]) / total - found.flows[m][i][s] / total)
    sales = [[sum(net.get((m, i, s), 0.0) for m in each) for s in kinds] for i in each]
    was = [[sum(flows[m][i][s] / (1 + tariffs[m][i][s]) for m in each) for s in kinds] for i in each]
    earned = [sum(added[i][s] * was[i][s] for s in kinds) for i in each]
    gap = [
        sum(flows[m][i][s] / (1 + tariffs[m][i][s]) for i in each for s in kinds) - sum(was[m]) for m in each
    ]
    for m in each:
        duties = sum(new[m][i][s] * net.get((m, i, s), 0.0) for i in each for s in kinds)
        before = sum(tariffs[m][i][s] * flows[m][i][s] / (1 + tariffs[m][i][s]) for i in each for s in kinds)
        income = wage[m] * earned[m] + duties + gap[m]
        level = math.prod(prices[m][s] ** model.final[m][s] for s in kinds)
        real = income / (earned[m] + before + gap[m]) / level
        gaps += [
            sum(added[m][s] * sales[m][s] for s in kinds) / (wage[m] * earned[m]) - 1,
            real / found.welfare[m] - 1,
            wage[m] / level / found.real_wage[m] - 1,
            (duties - found.revenue[m]) / income,
        ]
        for s in kinds:
            used = sum(inputs[m][s][k] * (1 - added[m][k]) * sales[m][k] for k in kinds)
            gaps.append((used + model.final[m][s] * income - bought[m][s]) / income)
    gaps.append(sum(w * e for w, e in zip(wage, earned, strict=True)) / sum(earned) - 1)
    return np.array(gaps)

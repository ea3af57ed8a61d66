"""Wording: rules, truces, outcomes and shocks in words that a person reads."""

from collections.abc import Sequence
from dataclasses import fields

from tradesim.events import Effect, Event
from tradesim.rules import Rule
from tradesim.shocks import Shock
from tradesim.truces import Truce


def count(number: int, noun: str) -> str:
    """Write a number of things: ``1 truce``, ``2 truces``, ``3 branches``."""
    return f"{number:,} {noun}{'' if number == 1 else 'es' if noun.endswith('ch') else 's'}"


def rule_words(rule: Rule) -> str:
    """Say in a sentence what a rule does, when, and how far.

    Examples
    --------
    >>> from tradesim.rules import Match
    >>> rule_words(Match(reaction=2, cap=1.25))
    'matches × 1, 2 days after an announcement, charges 1 day later, stops at 125 %'
    """
    words = [rule.why(), f"{count(rule.reaction, 'day')} after an announcement"]
    words.append(
        f"charges {count(rule.implementation, 'day')} later" if rule.implementation else "charges at once"
    )
    defaults = {each.name: each.default for each in fields(rule)}
    further = {
        "cap": f"stops at {rule.cap * 100:g} %",
        "coverage": f"on {rule.coverage * 100:g} % of trade",
        "tolerance": f"lets {rule.tolerance * 100:g} points pass",
        "ratchet": "never comes down by itself",
        "forgiveness": f"lets {rule.forgiveness * 100:.3g} % of provocations pass",
        "view": "looks at averages over all trade",
        "allies": f"answers for {' and '.join(rule.allies)} too",
        "diversion": f"counts {rule.diversion * 100:g} % of what others charge its partner",
        "instrument": f"by {rule.instrument.replace('_', ' ')}",
        "beside": f"with as many points of {str(rule.beside).replace('_', ' ')}",
    }
    unlike = [name for name in further if getattr(rule, name) not in (defaults[name], "nominal")]
    words += [further[name] for name in unlike]
    return ", ".join(words)


def truce_words(truce: Truce, events: Sequence[Event] = ()) -> str:
    """Say what a truce suspends, for how long, and how it may end.

    A truce that starts and ends on one day has no dates of its own: the outcomes of events that begin it are
    named in their place.
    """
    when = f"{truce.start} until {truce.end}" if truce.start != truce.end else _begun(truce, events)
    parts = [f"{truce.name}: {' and '.join(truce.parties)}, {when}"]
    if truce.suspend:
        parts.append(f"suspends {'; '.join(truce.suspend)}")
    if truce.surcharges:
        parts.append(f"suspends {truce.surcharges * 100:g} % of what rules added")
    parts.append("then it returns" if truce.at_end == "snapback" else "then it is gone")
    if truce.start_spread or truce.length_spread:
        parts.append(f"up to {truce.start_spread} days later, up to {truce.length_spread} longer")
    if truce.renewal and truce.renewals:
        most = f"{count(truce.renewal_days, 'day')}, {count(truce.renewals, 'time')} at most"
        parts.append(f"renewed with {truce.renewal * 100:g} % for {most}")
    if truce.breach:
        parts.append(f"a provocation ends it with {truce.breach * 100:g} %")
    return ", ".join(parts)


def _begun(truce: Truce, events: Sequence[Event]) -> str:
    """Say which outcomes of events begin a truce."""
    begins = [
        f"{outcome.name} of {event.name}{f' (until {effect.until})' if effect.until else ''}"
        for event in events
        for outcome in event.outcomes
        for effect in outcome.effects
        if effect.action == "start_truce" and effect.target == truce.name
    ]
    return f"no dates of its own, begun by {' or '.join(begins) or 'no event'}"


def shock_words(shock: Shock) -> str:
    """Say how often a stream of new acts brings one, how large, on what and for how long."""
    given = ", ".join(f"{name} {value:g}" for name, value in shock.size.parameters.items())
    words = [f"{shock.name}: {shock.importer} on {shock.exporter}, {shock.rate:g} a year"]
    words.append(f"size {shock.size.distribution} ({given})")
    if shock.coverage < 1:
        words.append(f"on {shock.coverage * 100:g} % of trade")
    return ", ".join([*words, f"for {count(shock.days, 'day')}" if shock.days else "for good"])


def effect_words(effect: Effect) -> str:
    """Say what an outcome does to a measure or a truce."""
    words = f"{effect.action.replace('_', ' ')} {effect.target}"
    words += "" if effect.rate is None else f" to {effect.rate * 100:g} %"
    words += "" if effect.until is None else f" until {effect.until}"
    return words + ("" if effect.on is None else f", on {effect.on}")

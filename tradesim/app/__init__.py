"""Explorer: a local web page with sliders for what a scenario assumes, and the futures that follow.

What matters of a scenario is a list of controls (`controls`), what they are set to makes another scenario
(`changes`), and that is run and told (`views`): pure functions, which know nothing of a browser. The page
(`page`) puts them side by side, `serving` opens it on this machine only.
"""

from tradesim.app.changes import Settings, changed
from tradesim.app.controls import Control, Group, groups_of
from tradesim.app.views import View, look

__all__ = ["Control", "Group", "Settings", "View", "changed", "groups_of", "look"]

"""Search works where the site is opened from a folder, without a server.

A browser lets a page from a folder neither fetch the index nor start a worker from a file. So the index is
written a second time, as a script, and the theme's own worker is handed to the browser as text.
"""

import json
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority

SCRIPT = "assets/javascripts/offline_search.js"
WORKERS = "assets/javascripts/workers/search.*.js"
STARTS = """\
if (location.protocol === "file:") {
  const source = new Blob([%s], { type: "text/javascript" });
  window.Worker = class extends Worker { constructor() { super(URL.createObjectURL(source)); } };
}
"""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Let every page load the script before the theme's own."""
    config.extra["polyfills"] = [*config.extra.get("polyfills", []), SCRIPT]
    return config


@event_priority(-100)  # after the search plugin has written its index
def on_post_build(config: MkDocsConfig) -> None:
    """Write the index and the worker as scripts."""
    site = Path(config.site_dir)
    index = (site / "search" / "search_index.json").read_text(encoding="utf-8")
    (site / "search" / "search_index.js").write_text(f"var __index = {index}", encoding="utf-8")
    (worker,) = site.glob(WORKERS)
    said = json.dumps(worker.read_text(encoding="utf-8")).replace("</", "<\\/")
    (site / SCRIPT).write_text(STARTS % said, encoding="utf-8")

"""How Sphinx makes the site of docs/, from the pages that build.py prepares."""

from __future__ import annotations

import unitscope

project = "unitscope"
author = "The unitscope developers"
project_copyright = f"2026, {author}"
version = release = unitscope.__version__

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "attrs_inline"]
myst_heading_anchors = 4  # as GitHub names them: page.md#a-heading
nitpicky = True  # what a link means that leads nowhere is a warning, and warnings are errors
nitpick_ignore_regex = [("py:class", ".*")]  # but for the types in signatures
toc_object_entries_show_parents = "hide"
maximum_signature_line_length = 88
add_module_names = False

html_theme = "furo"
html_title = "unitscope"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_use_index = html_domain_indices = False
html_copy_source = html_show_sourcelink = html_show_sphinx = False
html_theme_options = {
    "top_of_page_buttons": [],
    "light_css_variables": {"color-brand-primary": "#1f5fa8", "color-brand-content": "#1f5fa8"},
    "dark_css_variables": {"color-brand-primary": "#8ab8f0", "color-brand-content": "#8ab8f0"},
}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

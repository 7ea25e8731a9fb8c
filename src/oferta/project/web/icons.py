"""Line drawings of 24 by 24 for the pages, written into them: no request, and they take the ink."""

from __future__ import annotations

from functools import cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

#: Name to what is drawn.
_DRAWN = {
    "home": '<path d="M4 10.5 12 4l8 6.5V20H4z"/><path d="M10 20v-5.5h4V20"/>',
    "statement": '<path d="M6 3.5h12V21l-3-2-3 2-3-2-3 2z"/><path d="M9 8.5h6M9 12.5h6"/>',
    "notices": '<path d="M6.5 16.5V11a5.5 5.5 0 0 1 11 0v5.5l1.5 2H5z"/><path d="M10 21h4"/>',
    "cases": '<path d="M4 5h16v11.5h-8L7.5 20v-3.5H4z"/><path d="M8 9h8M8 12.5h5"/>',
    "profile": '<circle cx="12" cy="8" r="4"/>'
    '<path d="M4.5 20.5c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5"/>',
    "language": '<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c5 5.5 5 11.5 0 17'
    'c-5-5.5-5-11.5 0-17z"/>',
    "person": '<circle cx="12" cy="8" r="3.5"/>'
    '<path d="M5.5 19.5c.9-3.5 3.5-4.5 6.5-4.5s5.6 1 6.5 4.5"/>',
    "back": '<path d="m14.5 5.5-6.5 6.5 6.5 6.5"/>',
    "next": '<path d="m9.5 5.5 6.5 6.5-6.5 6.5"/>',
    "down": '<path d="m6 9.5 6 6 6-6"/>',
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>',
    "check": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "warning": '<path d="M12 4 2.5 20h19z"/><path d="M12 10v4.5M12 17.2v.1"/>',
    "info": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5.5M12 7.7v.1"/>',
    "download": '<path d="M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 20h14"/>',
    "terms": '<path d="M6 3.5h9l4 4V20.5H6z"/><path d="M14.5 3.5v4.5H19M9 12h7M9 15.5h7"/>',
    "desk": '<path d="M4 6.5h16v9H4zM9 20h6M12 15.5V20"/>',
    "people": '<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 19.5c.7-3.5 3.2-5 6.5-5s5.8 1.5 6.5 5'
    'M16 5.3a3.5 3.5 0 0 1 0 6.4M18 14.9c2 .7 3.1 2.2 3.5 4.6"/>',
    "lock": '<path d="M6 11h12v9.5H6z"/><path d="M8.5 11V8a3.5 3.5 0 0 1 7 0v3"/>',
    "log": '<path d="M5 5h14M5 10h14M5 15h9M5 20h9"/>',
    "send": '<path d="M4 12 20.5 4.5 16 20l-4-6z"/>',
    "chart": '<path d="M4 4v16h16"/><path d="M8.5 16v-4M12.5 16V8M16.5 16v-6"/>',
    "club": '<path d="M4 9h16v11H4zM4 13h16M12 9v11"/>'
    '<path d="M12 9C8 9 7 4.5 9.5 4.5S12 9 12 9s0-4.5 2.5-4.5S16 9 12 9z"/>',
    "shop": '<path d="M5 10v10h14V10M3.5 10 5.5 4h13l2 6z"/><path d="M10 20v-5.5h4V20"/>',
    "ticket": '<path d="M3.5 7h17v3.5a1.75 1.75 0 0 0 0 3.5v3h-17v-3a1.75 1.75 0 0 0 0-3.5z"/>'
    '<path d="M9.5 7v10"/>',
    "empty": '<path d="M4 13.5 7 5h10l3 8.5V19.5H4z"/><path d="M4 13.5h5l1 2.5h4l1-2.5h5"/>',
}


@cache
def drawn(name: str) -> SafeString:
    """Return a drawing as SVG that assistive technology passes over.

    Args:
        name: one of those above.
    """
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        mark_safe(_DRAWN[name]),  # noqa: S308 - constants of this module
    )

"""What a browser says of itself, in the words by which people know it; pure."""

from __future__ import annotations

import re

#: The first that is found names the browser: later ones pretend to be earlier ones.
_BROWSERS = (
    (r"\bEdgA?(?:iOS)?/", "Edge"),
    (r"\bOPR/|\bOpera", "Opera"),
    (r"\bYaBrowser/", "Yandex Browser"),
    (r"\bSamsungBrowser/", "Samsung Internet"),
    (r"\bMicroMessenger/", "WeChat"),
    (r"\bFirefox/|\bFxiOS/", "Firefox"),
    (r"\b(?:Headless)?Chrome/|\bCriOS/|\bChromium/", "Chrome"),
    (r"\bVersion/[\d.]+ .*Safari/", "Safari"),
)
_SYSTEMS = (
    (r"\biPhone\b", "iPhone"),
    (r"\biPad\b", "iPad"),
    (r"\bAndroid\b", "Android"),
    (r"\bHarmonyOS\b", "HarmonyOS"),
    (r"\bWindows\b", "Windows"),
    (r"\bMac OS X\b", "Mac"),
    (r"\bCrOS\b", "ChromeOS"),
    (r"\bLinux\b", "Linux"),
)


def known_as(agent: str) -> str:
    """Return "Chrome · Linux" for what a browser sends; what is not known of it is left out."""
    found = (_first(_BROWSERS, agent), _first(_SYSTEMS, agent))
    return " · ".join(name for name in found if name)


def _first(patterns: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for pattern, name in patterns if re.search(pattern, agent)), "")

"""The typefaces of every picture: those of two packages and no others, so that a page wraps its lines alike on every machine."""

import os
from importlib.metadata import files, version
from pathlib import Path

__all__ = ["pinned", "versions"]

PACKAGES = {"fontpkg-inter": "Inter", "manimgx-fonts-cjk": "Noto Sans CJK SC"}
FAMILIES = ("sans-serif", "sans", "system-ui", "serif", "monospace", "Segoe UI", "Roboto", "Noto Sans")
CONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
{folders}
  <cachedir>{cache}</cachedir>
{families}
  <match target="font"><edit name="hinting" mode="assign"><bool>false</bool></edit><edit name="rgba" mode="assign"><const>none</const></edit></match>
</fontconfig>
"""
FAMILY = '  <alias binding="strong"><family>{name}</family><prefer>{faces}</prefer></alias>'


def pinned(folder: Path) -> dict[str, str]:
    """Return the environment for a browser that knows these typefaces alone; its configuration is written to ``folder``."""
    places = sorted({str(Path(str(file.locate())).parent) for name in PACKAGES for file in files(name) or () if file.suffix in {".ttf", ".otf", ".ttc"}})
    faces = "".join(f"<family>{face}</family>" for face in PACKAGES.values())
    families = "\n".join(FAMILY.format(name=name, faces=faces) for name in FAMILIES)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "fonts.conf"
    folders = "\n".join(f"  <dir>{place}</dir>" for place in places)
    file.write_text(CONFIG.format(folders=folders, cache=folder / "fontcache", families=families), "utf-8")
    return {**os.environ, "FONTCONFIG_FILE": str(file)}


def versions() -> dict[str, str]:
    """Return which typefaces these are."""
    return {name: version(name) for name in PACKAGES}

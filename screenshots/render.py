#!/usr/bin/python3
"""Draws one captured terminal screen (tmux capture-pane -e -p, on standard input) as a PNG of a terminal window.

Box drawing and block characters are drawn as lines and rectangles of the cell, not taken from the font: only then do
they join without gaps. Needs Debian's python3-pil, fontconfig, fonts-dejavu-core and fonts-dejavu-extra;
fonts-droid-fallback for Chinese, Japanese and Korean and fonts-symbola for rarer signs, where a scene shows some.
"""
import argparse
import functools
import re
import subprocess
import sys
import unicodedata
from dataclasses import dataclass, replace

from PIL import Image, ImageDraw, ImageFont

SIZE = 25          # of the font: DejaVu Sans Mono is 0.602 em wide, so that a cell is 15 whole pixels
CELL_W, CELL_H = 15, 30
BASE = 23          # baseline inside the cell
LINE = 2           # thickness of a light line
PAD, BAR = 22, 46  # margin around the screen, height of the title bar

THEMES = {
    "dark": dict(bg="#11131a", fg="#d5d9e3", bar="#1b1e28", edge="#2b2f3d", title="#8b91a3", ansi=(
        "#2a2e3b #f0717c #8ccf7e #e5c76b #6cb0f5 #c58af2 #67cbe0 #c9cedb "
        "#6b7287 #ff8f98 #a8e39b #f5d98a #92c7ff #d9abff #8fe0f0 #f4f6fb")),
    "light": dict(bg="#fbfbfd", fg="#20242e", bar="#eceef3", edge="#cdd1db", title="#6b7180", ansi=(
        "#20242e #c4283a #2b7d32 #8f6500 #1d5fc4 #8a35b8 #0b7383 #b9bec9 "
        "#6b7180 #d8394b #358f3d #a67700 #2c72dd #9d46cc #13889a #e9ebf0")),
}


def rgb(text):
    return tuple(int(text[i:i + 2], 16) for i in (1, 3, 5))


def mix(a, b, share):
    """Colour a with the given share of b."""
    return tuple(round(x + (y - x) * share) for x, y in zip(a, b))


# ---- reading the capture ---------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Style:
    fg: object = None        # None: the default; a number: the palette; a tuple: true colour
    bg: object = None
    line: object = None      # colour of the underline
    bold: bool = False
    faint: bool = False
    italic: bool = False
    underline: int = 0       # 1 single, 2 double, 3 curly, 4 dotted, 5 dashed
    reverse: bool = False
    hidden: bool = False
    strike: bool = False


SWITCHES = {1: {"bold": True}, 2: {"faint": True}, 3: {"italic": True}, 5: {}, 7: {"reverse": True}, 8: {"hidden": True},
            9: {"strike": True}, 21: {"underline": 2}, 22: {"bold": False, "faint": False}, 23: {"italic": False},
            24: {"underline": 0}, 27: {"reverse": False}, 28: {"hidden": False}, 29: {"strike": False},
            39: {"fg": None}, 49: {"bg": None}, 59: {"line": None}}
COLOURS = {38: "fg", 48: "bg", 58: "line"}


def apply_sgr(style, text):
    """The style after one ESC [ … m."""
    args = [[int(n) if n else 0 for n in arg.split(":")] for arg in text.split(";")]
    while args:
        first, *sub = args.pop(0)
        if first == 0:
            style = Style()
        elif first == 4:
            style = replace(style, underline=sub[0] if sub else 1)
        elif first in COLOURS:
            if not sub:  # the form with semicolons: its numbers are the next arguments
                count = {5: 2, 2: 4}.get(args[0][0] if args else 0, 1)
                sub, args = [a[0] for a in args[:count]], args[count:]
            colour = sub[1] if sub[0] == 5 else tuple(sub[-3:])
            style = replace(style, **{COLOURS[first]: colour})
        elif first in SWITCHES:
            style = replace(style, **SWITCHES[first])
        elif 30 <= first <= 37 or 90 <= first <= 97:
            style = replace(style, fg=first - 30 if first < 90 else first - 82)
        elif 40 <= first <= 47 or 100 <= first <= 107:
            style = replace(style, bg=first - 40 if first < 100 else first - 92)
    return style


def width(char):
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


TOKEN = re.compile(r"\x1b\[([0-9;:]*)m|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-9;?]*[A-Za-z]|([\x0e\x0f])|(.)")
# The line drawing set of the VT100, which tmux keeps as it came: between SO and SI.
VT100 = dict(zip("`afgjklmnopqrstuvwxyz{|}~", "◆▒°±┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·"))


def parse(text):
    """The screen's rows: each a list of (column, cells, text, style)."""
    style, drawing, rows = Style(), False, []
    for raw in text.split("\n"):
        row, column = [], 0
        for sgr, shift, char in (m.groups() for m in TOKEN.finditer(raw)):
            if sgr is not None:
                style = apply_sgr(style, sgr)
            elif shift:
                drawing = shift == "\x0e"
            elif char:
                char = VT100.get(char, char) if drawing else char
                cells = width(char)
                if cells == 0 and row:
                    start, count, before, old = row[-1]
                    row[-1] = (start, count, before + char, old)
                elif cells:
                    row.append((column, cells, char, style))
                    column += cells
        rows.append(row)
    return rows


# ---- colours and fonts -----------------------------------------------------------------------------------------------

class Theme:
    def __init__(self, name):
        theme = THEMES[name]
        self.bg, self.fg, self.bar, self.edge, self.title = (rgb(theme[k]) for k in ("bg", "fg", "bar", "edge", "title"))
        self.palette = [rgb(c) for c in theme["ansi"].split()]
        steps = (0, 95, 135, 175, 215, 255)
        self.palette += [(r, g, b) for r in steps for g in steps for b in steps]
        self.palette += [(8 + 10 * n,) * 3 for n in range(24)]

    def colour(self, value, default):
        if value is None:
            return default
        return self.palette[value] if isinstance(value, int) else value

    def pair(self, style):
        fg, bg = self.colour(style.fg, self.fg), self.colour(style.bg, self.bg)
        if style.reverse:
            fg, bg = bg, fg
        if style.faint:
            fg = mix(fg, bg, 0.45)
        return (bg if style.hidden else fg), bg


@functools.lru_cache(maxsize=None)
def font_file(char, bold, italic):
    """The file of the font that has this character, the monospace one where it has it."""
    style = (":bold" if bold else "") + (":oblique" if italic else "")
    pattern = f"DejaVu Sans Mono{style}:charset={ord(char):x}"
    return subprocess.run(["fc-match", "-f", "%{file}", pattern], check=True, capture_output=True, text=True).stdout


@functools.lru_cache(maxsize=None)
def font(file, size):
    return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)


def glyph_font(text, cells, bold, italic):
    """A font for this cluster that keeps it inside its cells."""
    char = "M" if text[0].isascii() else text[0]
    file = font_file(char, bold, italic)
    for size in range(SIZE, 8, -1):
        found = font(file, size)
        if found.getlength(text[0]) <= cells * CELL_W + 1:
            break
    return found


# ---- lines and blocks ------------------------------------------------------------------------------------------------

WEIGHTS = {"LIGHT": 1, "SINGLE": 1, "HEAVY": 2, "DOUBLE": 3}
DIRECTIONS = {"LEFT": "l", "RIGHT": "r", "UP": "u", "DOWN": "d", "HORIZONTAL": "lr", "VERTICAL": "ud"}


@functools.lru_cache(maxsize=None)
def box_arms(char):
    """Which arms a box drawing character has, and how heavy: its Unicode name says it."""
    name = unicodedata.name(char, "")
    if not name.startswith("BOX DRAWINGS ") or "DIAGONAL" in name:
        return None
    arms, parts = {}, [part.split() for part in name[13:].split(" AND ")]
    weights = [next((WEIGHTS[w] for w in part if w in WEIGHTS), 0) for part in parts]
    for part, weight in zip(parts, weights):
        for word in part:
            for arm in DIRECTIONS.get(word, ""):
                arms[arm] = weight or max(weights)
    dashes = next((n for word, n in (("DOUBLE DASH", 2), ("TRIPLE DASH", 3), ("QUADRUPLE DASH", 4)) if word in name), 0)
    if dashes:
        arms = {arm: 2 if "HEAVY" in name else 1 for arm in arms}
    return arms, dashes, "ARC" in name


def draw_box(image, draw, x, y, char, fg, bg):
    arms, dashes, arc = box_arms(char)
    if arc:
        return draw_arc(image, x, y, arms, fg)
    cx, cy = x + CELL_W // 2, y + CELL_H // 2
    thick = {1: LINE, 2: 2 * LINE, 3: 3 * LINE}

    def arm(direction, size, colour, reach):
        """From the edge to `reach` pixels beyond the middle."""
        low = size // 2
        high = size - low - 1
        left, top, right, bottom = {
            "l": (x, cy - low, cx + reach, cy + high), "r": (cx - reach, cy - low, x + CELL_W - 1, cy + high),
            "u": (cx - low, y, cx + high, cy + reach), "d": (cx - low, cy - reach, cx + high, y + CELL_H - 1)}[direction]
        draw.rectangle((left, top, right, bottom), fill=colour)

    # How far an arm goes past the middle, to close the corner with the thickest arm across.
    across = {a: max([thick[w] for b, w in arms.items() if (a in "lr") != (b in "lr")] or [LINE]) for a in arms}
    for direction, weight in arms.items():
        arm(direction, thick[weight], fg, (across[direction] - 1) // 2)
    for direction, weight in arms.items():  # a double line is a thick one with its middle taken out
        if weight == 3:
            single = any(w != 3 for b, w in arms.items() if (b in "lr") != (direction in "lr"))
            arm(direction, LINE, bg, -LINE if single else (LINE - 1) // 2)
    for n in range(1, dashes + 1 if dashes else 0):
        if "l" in arms:
            gap = x + CELL_W * n // dashes
            draw.rectangle((gap - 3, y, gap - 1, y + CELL_H - 1), fill=bg)
        else:
            gap = y + CELL_H * n // dashes
            draw.rectangle((x, gap - 3, x + CELL_W - 1, gap - 1), fill=bg)


def draw_arc(image, x, y, arms, fg):
    """A rounded corner: a quarter circle and the rest of the two arms, drawn large and made small to be smooth."""
    scale = 4
    w, h = CELL_W * scale, CELL_H * scale
    mask = Image.new("L", (w, h), 0)
    draw = ImageDraw.Draw(mask)
    # The middle of a line of LINE pixels, as the straight characters draw it.
    cx, cy = (CELL_W // 2 - LINE // 2) * scale + LINE * scale // 2, (CELL_H // 2 - LINE // 2) * scale + LINE * scale // 2
    half = LINE * scale // 2
    radius = min(cx, w - cx)
    sx, sy = (1 if "r" in arms else -1), (1 if "d" in arms else -1)
    ox, oy = cx + sx * radius, cy + sy * radius
    start = {(1, 1): 180, (-1, 1): 270, (-1, -1): 0, (1, -1): 90}[sx, sy]
    draw.arc((ox - radius - half, oy - radius - half, ox + radius + half, oy + radius + half), start, start + 90,
             fill=255, width=2 * half)
    draw.rectangle((cx - half, min(oy, h if sy > 0 else 0), cx + half - 1, max(oy, h if sy > 0 else 0)), fill=255)
    draw.rectangle((min(ox, w if sx > 0 else 0), cy - half, max(ox, w if sx > 0 else 0), cy + half - 1), fill=255)
    image.paste(fg, (x, y), mask.resize((CELL_W, CELL_H), Image.LANCZOS))


QUADRANTS = {"▖": "c", "▗": "d", "▘": "a", "▙": "acd", "▚": "ad", "▛": "abc", "▜": "abd", "▝": "b", "▞": "bc", "▟": "bcd"}


def draw_block(draw, x, y, char, fg, bg):
    def part(left, top, right, bottom, colour=fg):
        draw.rectangle((x + round(CELL_W * left), y + round(CELL_H * top),
                        x + round(CELL_W * right) - 1, y + round(CELL_H * bottom) - 1), fill=colour)
    code = ord(char)
    if char in QUADRANTS:
        for name, (left, top) in {"a": (0, 0), "b": (.5, 0), "c": (0, .5), "d": (.5, .5)}.items():
            if name in QUADRANTS[char]:
                part(left, top, left + .5, top + .5)
    elif char in "░▒▓":
        part(0, 0, 1, 1, mix(bg, fg, 0.25 * (code - 0x2590)))
    elif char == "▀":
        part(0, 0, 1, .5)
    elif char == "▔":
        part(0, 0, 1, 1 / 8)
    elif char == "▐":
        part(.5, 0, 1, 1)
    elif char == "▕":
        part(7 / 8, 0, 1, 1)
    elif code <= 0x2588:
        part(0, 1 - (code - 0x2580) / 8, 1, 1)
    else:
        part(0, 0, 1 - (code - 0x2588) / 8, 1)


def draw_underline(draw, x, y, cells, style, colour):
    top, end = y + BASE + 3, x + cells * CELL_W - 1
    if style.underline == 3:
        points = [(px, top + 2 + (1.6 if (px // 4) % 2 else -1.6)) for px in range(x, end + 2, 4)]
        draw.line(points, fill=colour, width=2)
    elif style.underline in (4, 5):
        step = 4 if style.underline == 4 else 10
        for px in range(x, end, step):
            draw.rectangle((px, top, min(px + step // 2, end), top + 1), fill=colour)
    else:
        draw.rectangle((x, top, end, top + 1), fill=colour)
        if style.underline == 2:
            draw.rectangle((x, top + 4, end, top + 5), fill=colour)


# ---- the picture -----------------------------------------------------------------------------------------------------

def draw_cell(image, draw, theme, x, y, cells, text, style):
    fg, bg = theme.pair(style)
    if style.underline:
        draw_underline(draw, x, y, cells, style, theme.colour(style.line, fg))
    if style.strike:
        draw.rectangle((x, y + CELL_H // 2, x + cells * CELL_W - 1, y + CELL_H // 2 + 1), fill=fg)
    if "─" <= text <= "╿" and box_arms(text):
        draw_box(image, draw, x, y, text, fg, bg)
    elif "▀" <= text <= "▟":
        draw_block(draw, x, y, text, fg, bg)
    elif text.strip():
        text = unicodedata.normalize("NFC", text)
        face = glyph_font(text, cells, style.bold, style.italic)
        left = x + (cells * CELL_W - face.getlength(text[0])) / 2
        for char in text:  # combining marks stand in the middle of a cell of their own: draw each over the letter
            draw.text((round(left), y + BASE), char, font=face, fill=fg, anchor="ls")


def window(theme, columns, lines, title):
    """An empty terminal window and the place of the first cell."""
    w, h = columns * CELL_W + 2 * PAD, lines * CELL_H + 2 * PAD + BAR
    scale = 4
    mask = Image.new("L", (w * scale, h * scale), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, w * scale - 1, h * scale - 1), 14 * scale, fill=255)
    image = Image.new("RGB", (w, h), theme.bg)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, w, BAR - 1), fill=theme.bar)
    draw.line((0, BAR, w, BAR), fill=theme.edge)
    draw.rounded_rectangle((0, 0, w - 1, h - 1), 14, outline=theme.edge)  # keeps a light window visible on a white page
    lights = Image.new("L", (90 * scale, BAR * scale), 0)
    for n in range(3):
        cx, cy, r = (14 + 26 * n) * scale, BAR * scale // 2, 7 * scale
        ImageDraw.Draw(lights).ellipse((cx - r, cy - r, cx + r, cy + r), fill=255)
    image.paste(theme.edge if theme.bg > (128,) * 3 else mix(theme.edge, theme.title, 0.4), (12, 0),
                lights.resize((90, BAR), Image.LANCZOS))
    face = font(font_file("M", False, False), 20)
    draw.text((w // 2, BAR // 2), title, font=face, fill=theme.title, anchor="mm")
    return image, draw, mask.resize((w, h), Image.LANCZOS)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", required=True, help="columns x lines, as 110x32")
    parser.add_argument("--background", choices=THEMES, default="dark")
    parser.add_argument("--title", default="")
    parser.add_argument("--cursor", default="", help="column,line of a visible cursor")
    parser.add_argument("output")
    args = parser.parse_args()
    columns, lines = (int(n) for n in args.size.split("x"))
    theme = Theme(args.background)
    image, draw, mask = window(theme, columns, lines, args.title)
    rows = parse(sys.stdin.buffer.read().decode("utf-8", "replace"))[:lines]
    cursor = tuple(int(n) for n in args.cursor.split(",")) if args.cursor else None
    if cursor and cursor[1] < len(rows):
        rows[cursor[1]] = with_cursor(rows[cursor[1]], cursor[0])

    def place(column, line):
        return PAD + column * CELL_W, BAR + PAD + line * CELL_H

    # All backgrounds first: a slanted letter may reach into the next cell.
    for line, row in enumerate(rows):
        for column, cells, _, style in row:
            x, y = place(column, line)
            background = theme.pair(style)[1]
            if background != theme.bg:
                draw.rectangle((x, y, x + cells * CELL_W - 1, y + CELL_H - 1), fill=background)
    for line, row in enumerate(rows):
        for column, cells, text, style in row:
            draw_cell(image, draw, theme, *place(column, line), cells, text, style)
    image.putalpha(mask)
    image.save(args.output, optimize=True)


def with_cursor(row, column):
    """The row with the cell under the cursor in reverse."""
    end = row[-1][0] + row[-1][1] if row else 0
    row = row + [(n, 1, " ", Style()) for n in range(end, column + 1)]
    return [(c, n, text, replace(s, reverse=not s.reverse) if c == column else s) for c, n, text, s in row]


if __name__ == "__main__":
    main()

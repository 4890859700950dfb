#!/usr/bin/env python3
"""A witness of an audit log: sees that nobody takes back or rewrites what was signed before.

    python3 witness.py https://xiaopiao.example.com 'NAME+ID+KEY' [--seen FILE] [--copy FILE ...]

NAME+ID+KEY is the log's key as it was given to you on another way than this address; several while
keys change. FILE of --seen keeps every checkpoint that was seen (default: seen.txt); --copy is a
mail or a file that holds a checkpoint, to be held against the log too. Run it as often as you like.
Exit code 0: all is as it was. 1: ALARM, keep your files and tell the regulator. 2: no answer.
Needs Python 3.8 or newer and nothing else; shares no line with the log's own programs."""

import argparse
import json
import re
import sys
from base64 import b64decode
from hashlib import sha256, sha512
from urllib.request import urlopen

P, Q = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493  # RFC 8032, section 5.1
D, ROOT = -121665 * pow(121666, P - 2, P) % P, pow(2, (P - 1) // 4, P)
NOTE = re.compile("([^\n]+)\n([0-9]+)\n([A-Za-z0-9+/=]{44})\n\n((?:\u2014 [^\n]+\n)+)")


class Alarm(Exception):
    pass


def point(data):
    odd, y = divmod(int.from_bytes(data, "little"), 2**255)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * ROOT % P
    if len(data) != 32 or y >= P or (x * x - square) % P or (x == 0 and odd):
        raise ValueError("no point of the curve")
    x = x if x % 2 == odd else P - x
    return x, y, 1, x * y % P


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * p[3] * q[3] * D, 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, p):
    half = times(number // 2, add(p, p)) if number else (0, 1, 1, 0)
    return add(half, p) if number & 1 else half


def is_signed(public, text, signature):
    start, s = signature[:32], int.from_bytes(signature[32:], "little")
    h = int.from_bytes(sha512(start + public + text).digest(), "little") % Q
    base = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    left, right = times(s % Q, base), add(point(start), times(h, point(public)))
    same = all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))
    return same and len(signature) == 64 and s < Q


def open_note(match, vkeys, where):
    origin, size, root, signatures = match.groups()
    for name, coded in re.findall("\u2014 (\\S+) (\\S+)\n", signatures):
        data = b64decode(coded)
        for known, key_id, key in (vkey.split("+", 2) for vkey in vkeys):
            if (known, known, key_id) == (name, origin, data[:4].hex()):
                if is_signed(b64decode(key)[1:], f"{origin}\n{size}\n{root}\n".encode(), data[4:]):
                    return int(size), b64decode(root)
                raise Alarm(f"{where}: the signature does not fit")
    raise Alarm(f"{where}: not signed by a key that you gave")


def is_beginning(old, old_root, new, new_root, proof):
    """RFC 9162, section 2.1.4.2: whether the tree of `new` leaves begins with that of `old`."""
    if old == new:
        return old_root == new_root
    place, last, first, second = old - 1, new - 1, b"", b""
    while place % 2:
        place, last = place // 2, last // 2
    for each in proof if old & (old - 1) else [old_root, *proof]:
        if not first:
            first = second = each
            continue
        if place % 2 or place == last:
            first, second = (sha256(b"\1" + each + root).digest() for root in (first, second))
            while place and not place % 2:
                place, last = place // 2, last // 2
        else:
            second = sha256(b"\1" + second + each).digest()
        place, last = place // 2, last // 2
    return last == 0 and (first, second) == (old_root, new_root)


def fetch(address):
    with urlopen(address, timeout=30) as answer:  # noqa: S310  what was asked for
        return answer.read(1 << 20).decode()


def watch(url, vkeys, seen, copies):
    base = url.rstrip("/") + "/.well-known/audit/"
    match = NOTE.fullmatch(fetch(base + "checkpoint"))
    if not match:
        raise Alarm("the log's answer is no checkpoint")
    new, new_root = open_note(match, vkeys, "the log's checkpoint")
    with open(seen, "a+", encoding="utf-8", newline="") as file:
        file.seek(0)
        kept = list(NOTE.finditer(file.read()))[-1:]
        for name, held in [(seen, kept)] + [(name, read_copy(name)) for name in copies]:
            for old, old_root in (open_note(each, vkeys, name) for each in held):
                if old > new:
                    raise Alarm(f"{name} has {old} leaves, the log has only {new}: history is gone")
                proof = json.loads(fetch(f"{base}consistency/{old}/{new}"))["proof"]
                if not is_beginning(old, old_root, new, new_root, list(map(b64decode, proof))):
                    raise Alarm(f"{name}: the log's {new} leaves do not begin with these {old}")
        if not kept or kept[0].group() != match.group():
            file.write(match.group() + "\n")
    return new


def read_copy(name):
    with open(name, encoding="utf-8") as file:
        found = list(NOTE.finditer(file.read()))
    if not found:
        raise Alarm(f"{name}: no checkpoint in it")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("url")
    parser.add_argument("vkey", nargs="+")
    parser.add_argument("--seen", default="seen.txt")
    parser.add_argument("--copy", action="append", default=[])
    given = parser.parse_args()
    try:
        size = watch(given.url, given.vkey, given.seen, given.copy)
    except OSError as error:
        return print(f"no answer: {error}", file=sys.stderr) or 2
    except Exception as error:  # an answer that cannot be read is no answer of an honest log
        why = error if isinstance(error, Alarm) else f"the answer makes no sense: {error!r}"
        return print(f"ALARM: {why}", file=sys.stderr) or 1
    print(f"{size} leaves, and they begin with all that was seen before")


if __name__ == "__main__":
    sys.exit(main())

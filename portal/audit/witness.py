#!/usr/bin/env python3
"""A witness of an audit log: sees that nobody takes back or rewrites what was signed before.

    python3 witness.py https://xiaopiao.example.com 'NAME+ID+KEY' [--seen FILE] [--copy FILE ...]

NAME+ID+KEY is the log's key as it was given to you on another way than this address; several while
keys change. FILE of --seen keeps every checkpoint that was seen (default: seen.txt); --copy is a
mail or a file that holds a checkpoint, to be held against the log too. Run it as often as you like.
Exit code 0: all is as it was. 1: ALARM, keep your files and tell the regulator. 2: no answer.
Needs Python 3.8 or newer and nothing else; shares no line with the log's own programs.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
import urllib.request

P, Q = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493  # RFC 8032, section 5.1
D = -121665 * pow(121666, P - 2, P) % P
NOTE = re.compile("([^\n]+)\n([0-9]+)\n([A-Za-z0-9+/=]{44})\n\n((?:\u2014 [^\n]+\n)+)")


class Alarm(Exception):
    pass


def point(data):
    number = int.from_bytes(data, "little")
    y, odd = number % 2**255, number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
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
    result = (0, 1, 1, 0)
    while number:
        result, p, number = add(result, p) if number & 1 else result, add(p, p), number >> 1
    return result


def is_signed(public, text, signature):
    half, s = signature[:32], int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= Q:
        return False
    h = int.from_bytes(hashlib.sha512(half + public + text).digest(), "little") % Q
    base = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    left, right = times(s, base), add(point(half), times(h, point(public)))
    return all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))


def open_note(match, vkeys, where):
    origin, size, root, signatures = match.groups()
    text = f"{origin}\n{size}\n{root}\n".encode()
    for line in signatures.splitlines():
        _dash, name, coded = line.split(" ")
        data = base64.b64decode(coded)
        for vkey in vkeys:
            known, key_id, key = vkey.split("+", 2)
            if (known, key_id) == (name, data[:4].hex()) and origin == name:
                if is_signed(base64.b64decode(key)[1:], text, data[4:]):
                    return int(size), base64.b64decode(root)
                raise Alarm(f"{where}: the signature does not fit")
    raise Alarm(f"{where}: not signed by a key that you gave")


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def is_beginning(old, old_root, new, new_root, proof):
    """RFC 9162, section 2.1.4.2: whether the tree of `new` leaves begins with that of `old`."""
    if old == new:
        return old_root == new_root
    place, last = old - 1, new - 1
    while place % 2:
        place, last = place // 2, last // 2
    proof = iter(proof if old & (old - 1) else [old_root, *proof])
    first = second = next(proof)
    for each in proof:
        if place % 2 or place == last:
            first, second = node(each, first), node(each, second)
            while place and not place % 2:
                place, last = place // 2, last // 2
        else:
            second = node(second, each)
        place, last = place // 2, last // 2
    return last == 0 and (first, second) == (old_root, new_root)


def fetch(address):
    with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310  what was asked for
        return answer.read(1 << 20).decode()


def watch(url, vkeys, seen, copies):
    base = url.rstrip("/") + "/.well-known/audit/"
    text = fetch(base + "checkpoint")
    match = NOTE.fullmatch(text)
    if not match:
        raise Alarm("the log's answer is no checkpoint")
    new, new_root = open_note(match, vkeys, "the log's checkpoint")
    with open(seen, "a+", encoding="utf-8", newline="") as file:
        file.seek(0)
        kept = list(NOTE.finditer(file.read()))
        held = [(seen, match) for match in kept[-1:]]
        for name in copies:
            with open(name, encoding="utf-8") as copy:
                found = list(NOTE.finditer(copy.read()))
            if not found:
                raise Alarm(f"{name}: no checkpoint in it")
            held += [(name, match) for match in found]
        for name, match in held:
            old, old_root = open_note(match, vkeys, name)
            if old > new:
                raise Alarm(f"{name} has {old} leaves, the log has only {new}: history is gone")
            proof = json.loads(fetch(f"{base}consistency/{old}/{new}"))["proof"]
            if not is_beginning(old, old_root, new, new_root, map(base64.b64decode, proof)):
                raise Alarm(f"{name}: the log's {new} leaves do not begin with these {old}")
        if not kept or kept[-1].group() != text:
            file.write(text + "\n")
    return new


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("url")
    parser.add_argument("vkey", nargs="+")
    parser.add_argument("--seen", default="seen.txt")
    parser.add_argument("--copy", action="append", default=[])
    given = parser.parse_args()
    try:
        size = watch(given.url, given.vkey, given.seen, given.copy)
    except Alarm as alarm:
        print(f"ALARM: {alarm}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"no answer: {error}", file=sys.stderr)
        return 2
    except Exception as error:  # an answer that cannot be read is no answer of an honest log
        print(f"ALARM: the answer makes no sense: {error!r}", file=sys.stderr)
        return 1
    print(f"{size} leaves, and they begin with all that was seen before")
    return 0


if __name__ == "__main__":
    sys.exit(main())

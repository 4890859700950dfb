#!/usr/bin/env python3
"""核验一份审计记录导出文件。只用 Python 3.9 以上的标准库，与系统不共用任何代码，不联网，不改文件。
Verify an audit export: standard library of Python 3.9 or newer only, shares no code with the
portal, uses no network, changes no file. README.en.txt describes the files that it reads.

    python3 verify.py 导出文件.zip [--copy 手里的检查点.txt]… [--key 另外拿到的公钥]…
    python3 verify.py EXPORT.zip   [--copy YOUR-CHECKPOINT.txt]… [--key KEY-FROM-ELSEWHERE]…

0 = 全部相符 all agrees; 1 = 有不符之处 something is wrong; 2 = 无法核验 cannot be checked.
"""

import argparse
import base64
import gc
import itertools
import json
import pathlib
import re
import sqlite3
import sys
import zipfile
from hashlib import sha256, sha512


class Wrong(Exception):
    code = 1


class CannotCheck(Wrong):
    code = 2


named = "第 {0} 号事件（{2} 第 {1} 步） / event {0} ({2}, step {1})".format


# --- Ed25519 signatures (RFC 8032, section 5.1); a point is (X, Y, Z, T) ------------------------
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT_OF_MINUS_1 = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)


def add(one, two):
    a, b = (one[1] - one[0]) * (two[1] - two[0]), (one[1] + one[0]) * (two[1] + two[0])
    c, d = 2 * one[3] * two[3] * D, 2 * one[2] * two[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    result = (0, 1, 1, 0)
    for bit in bin(number)[2:]:
        result = add(result, result)
        result = add(result, point) if bit == "1" else result
    return result


def point(data):
    y, odd = int.from_bytes(data, "little") & (2**255 - 1), data[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * ROOT_OF_MINUS_1 % P
    if x * x % P != square or y >= P:
        raise ValueError("not on the curve")
    x = x if x % 2 == odd else -x % P
    return x, y, 1, x * y % P


BASE = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def signature_fits(key, text, signature):
    s, hashed = int.from_bytes(signature[32:], "little"), signature[:32] + key + text
    h = int.from_bytes(sha512(hashed).digest(), "little")
    try:
        left, right = times(s, BASE), add(point(signature[:32]), times(h % ORDER, point(key)))
    except (ValueError, IndexError):
        return False
    same = all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))
    return same and s < ORDER and len(signature) == 64


# --- Keys and checkpoints (c2sp.org/signed-note, c2sp.org/tlog-checkpoint) ----------------------
NOTE = re.compile(r"^(\S.*)\n(\d+)\n([\w+/]{43}=)\n((?:.+\n)*?)\n((?:— \S+ \S+\n)+)", re.M)


def read_keys(lines):
    """{(name, id): public key} out of lines `name+id+base64`."""
    keys = {}
    for line in filter(None, map(str.strip, lines)):
        name, id, key = line.split("+", 2)
        key = base64.b64decode(key, validate=True)
        own = sha256(f"{name}\n".encode() + key).hexdigest()[:8]
        if own != id or key[0] != 1 or len(key) != 33:
            raise CannotCheck(f"公钥写法不对 / this is no key: {line}")
        keys[name, id] = key[1:]
    return keys


def read_checkpoint(where, data, keys):
    """Origin, size and root of a checkpoint signed by one of `keys`; it may stand in a mail."""
    lines = data.decode("utf-8-sig", "replace").splitlines()
    found = NOTE.search("".join(line.strip() + "\n" for line in lines))
    if not found:
        raise CannotCheck(f"{where} 里没有检查点 / there is no checkpoint in {where}")
    text, signed = "\n".join(found.group(1, 2, 3)) + "\n" + found[4], False
    for name, value in re.findall(r"— (\S+) (\S+)\n", found[5]):
        value = base64.b64decode(value)
        key = keys.get((name, value[:4].hex()))
        if key and not signature_fits(key, text.encode(), value[4:]):
            raise Wrong(f"{where} 的签名不对 / the signature of {where} is wrong")
        signed = signed or key
    if not signed:
        raise Wrong(f"{where} 不是用已知的密钥签的 / {where} is not signed by a known key")
    return found[1], int(found[2]), base64.b64decode(found[3])


# --- Tree and chains ----------------------------------------------------------------------------
class Tree:
    """RFC 9162, section 2.1: of what was read so far, the roots of the whole subtrees by level."""

    def __init__(self):
        self.size, self.roots = 0, {}

    def extend(self, level, row):
        """By whole subtrees of one level, many at a time: each pair makes one of the next level."""
        start = self.size >> level
        self.size += len(row) << level
        while row:
            if start & 1:
                row, start = [self.roots.pop(level), *row], start - 1
            if len(row) & 1:
                self.roots[level] = row.pop()
            pairs = zip(row[::2], row[1::2])  # noqa: B905  Python 3.9 has no `strict`
            row = [sha256(b"\1" + left + right).digest() for left, right in pairs]
            start, level = start >> 1, level + 1

    def root(self):
        root = b""
        for _, left in sorted(self.roots.items()):
            root = sha256(b"\1" + left + root).digest() if root else left
        return root


class Chains(dict):
    """Each subject's last step and its hash: the latest here, the rest in a temporary database."""

    far = None

    def __missing__(self, subject):
        sql = "SELECT step, hash FROM head WHERE subject = ?"
        return (self.far and self.far.execute(sql, [subject]).fetchone()) or (0, "")

    def make_room(self, most=50_000):
        if len(self) > most:
            self.far = self.far or sqlite3.connect("", isolation_level=None)
            self.far.execute("CREATE TABLE IF NOT EXISTS head (subject PRIMARY KEY, step, hash)")
            rows = ((subject, *last) for subject, last in self.items())
            self.far.executemany("REPLACE INTO head VALUES (?, ?, ?)", rows)
            self.clear()


# --- The export ---------------------------------------------------------------------------------
def lines_of(folder, name):
    """Lines without their ends, be those of Unix or Windows. Blocks stay in the cache meanwhile."""
    rest = b""
    with (folder / name).open("rb") as file:
        while block := file.read(1 << 15):
            *lines, rest = (block := rest + block).split(b"\n")
            if b"\r" in block:
                lines = [line[:-1] if line[-1:] == b"\r" else line for line in lines]
            yield from lines
    if rest:
        raise Wrong(f"{name}: 末尾被截断 / is cut off at its end")


def openings_of(folder):  # its event's number and what stands in that event; then their count
    lines = lines_of(folder, "openings.jsonl")
    while few := list(itertools.islice(lines, 128)):  # many at a time: quicker
        for number, field, salt, value in json.loads(b"[%b]" % b",".join(few)):
            content = sha256(f"{salt}:{value}".encode()).hexdigest()
            yield number, value if number == "end" else f'"{field}":"{content}"'.encode()


def read_points(folder, copies, keys):
    """{size: [(root, where)]}, where the root is known, and the size of the whole."""
    points, origins, whole = {}, set(), 0
    own = sorted((folder / "checkpoints").iterdir(), key=lambda path: path.name)
    for place, path in enumerate([*own, *map(pathlib.Path, copies)]):
        origin, size, root = read_checkpoint(path.name, path.read_bytes(), keys)
        points.setdefault(size, []).append((root, path.name))
        origins.add(origin)
        whole = max(points) if place < len(own) else whole
    if len(origins) != 1:
        raise Wrong("检查点不是同一本日志的 / the checkpoints are not those of one log")
    return points, whole


def walk(folder, points, whole):
    """Along tree.txt, holding each line against all that is known of it; how many events were
    shown, hidden, how many values stayed closed, and the last event.
    The parts of an event stand in the order of their names, and quotes inside of values are
    escaped: so the last `,"previous":"` and what follows are what they seem."""
    tree, chains = Tree(), Chains()
    events, openings = lines_of(folder, "events.jsonl"), openings_of(folder)
    text, (of, content), doubt = b"", next(openings, (None, b"")), None
    leaves, number, shown, opened, closed = [], 0, 0, 0, 0
    for line in lines_of(folder, "tree.txt"):
        kind, own_hash, step, subject = line.decode().split(" ", 3)
        if kind == "event":
            text, (last_step, last_hash), wrong = next(events, b""), chains[subject], ""
            place, this_step = text.rfind(b',"previous":"'), int(step)
            name = f',"sequence":{step},"subject":"{subject}","type":"'.encode()
            follows = text.startswith(f'{last_hash}","reason":"'.encode(), place + 13)
            if not follows or this_step != last_step + 1:  # but it may begin later, if not in whole
                follows = not last_step and this_step > 1 and shown < number
            if sha256(text).hexdigest() != own_hash:
                wrong = "缺失或被改 / is missing or was changed"
            elif not follows or text.find(name, place) < 0:
                wrong = "接不上前一步 / does not follow the step before"
            chains[subject] = this_step, own_hash
            personal = text.rfind(b'"personal":{', 0, place)
            closed += text.count(b'":"', personal, place)
            while of == number:
                if text.find(content, personal, place) < 0:
                    wrong = wrong or "内容不符 / the content is not what was recorded then"
                (of, content), opened = next(openings, (None, b"")), opened + 1
            if wrong:
                raise Wrong(f"{named(number, step, subject)}: {wrong}")
            leaves.append(sha256(b"\0" + text).digest())
            doubt, shown, number = doubt or (number, step, subject), shown + 1, number + 1
            if number not in points and len(leaves) < 128:
                continue
        tree.extend(0, leaves)
        leaves = []
        chains.make_room()
        if kind != "event":
            level, root = int(step), bytes.fromhex(subject)
            good = kind == "hidden" and int(own_hash) == number and level < 64 and len(root) == 32
            if not good or number % (1 << level):
                raise Wrong(f"tree.txt: 在第 {number} 号断开 / breaks off at number {number}")
            tree.extend(level, [root])
            number = tree.size
        for where in [where for root, where in points.get(number, ()) if root != tree.root()]:
            name = named(*doubt) if doubt else "未列出的事件 / an event that is not shown"
            raise Wrong(f"与 {where} 不符，从这里起 / {where} does not agree, from here on: {name}")
        doubt = None if points.pop(number, None) else doubt
    if number != whole or next(events, None) is not None:
        raise Wrong("events.jsonl, tree.txt: 长短不合 / do not end together")
    if (of, content) != ("end", opened) or next(openings, None):
        raise Wrong("openings.jsonl: 少了、多了或乱了几行 / lines are missing, twice or misplaced")
    return shown, number - shown, closed - opened, text


def check(folder, copies, own_keys):
    """Raises Wrong at the first thing that does not agree; else tells what was checked."""
    keys = read_keys(own_keys or (folder / "keys.txt").read_text("utf-8-sig").splitlines())
    points, whole = read_points(folder, copies, keys)
    shown, hidden, closed, text = walk(folder, points, whole)
    last = json.loads(text or b"{}")
    if last.get("type") != "audit.exported" or last["after"]["events"] != shown - 1:
        raise Wrong("事件数与导出时的登记不符 / not as many events as the export's own record says")
    for size, ((_, where), *_) in points.items():
        if size > whole:
            raise Wrong(
                f"{where} 时已有 {size} 个事件，这里只有 {whole} 个：事件少了，或导出在前 / {where}"
                f" knew {size} events, here are {whole}: some are gone, or this is older"
            )
        raise CannotCheck(
            f"{where} 无法比较，请要一份能与第 {size} 号比较的导出 / {where} cannot be"
            f" compared: ask for an export that can be held against size {size}"
        )
    return shown, hidden, closed, keys


def open_export(path):
    """The folder, or the zip as one; the export may lie one folder deeper."""
    folder = pathlib.Path(path)
    if not folder.is_dir():
        names = zipfile.ZipFile(folder).namelist()
        if len(names) != len(set(names)):
            raise Wrong("压缩包里有重名的文件 / the zip holds a file twice")
        folder = zipfile.Path(folder)
    inner = [each for each in folder.iterdir() if each.is_dir() and (each / "tree.txt").exists()]
    return folder if (folder / "tree.txt").exists() or not inner else inner[0]


def main(arguments=None):
    form = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("export", nargs="?", default=pathlib.Path(__file__).resolve().parent)
    parser.add_argument("--copy", action="append", default=[], metavar="FILE")
    parser.add_argument("--key", action="append", default=[], metavar="KEY")
    given = parser.parse_args(arguments)
    try:
        shown, hidden, closed, keys = check(open_export(given.export), given.copy, given.key)
    except Wrong as error:
        print(f"✗ {error}")
        return error.code
    except (OSError, KeyError, sqlite3.Error) as error:
        print(f"✗ 缺少或打不开文件 / a file is missing or cannot be opened: {error}")
        return 2
    except Exception as error:  # whatever else it is that makes no sense
        print(f"✗ 文件损坏 / damaged: {error}")
        return 1
    print(f"✓ {shown} 个事件全部相符 / {shown} events, all agree")
    print(f"  未列出的其他事件 / other events, not shown: {hidden}")
    print(f"  已删除或不出示的内容 / values erased or withheld: {closed}")
    print(*(f"  公钥 / key: {name} {id}" for name, id in keys), sep="\n")
    if not given.copy:
        print("  没有与您手里的检查点比较：若密钥被盗，整本改写看不出来。请用 --copy。")
        print("  Not held against a copy of yours: a history rewritten as a whole, with a stolen")
        print("  key, would not be seen. Use --copy.")
    return 0


if __name__ == "__main__":
    gc.disable()  # nothing here goes in circles, and looking for it takes time
    sys.stdout.reconfigure(errors="replace")  # a console without Chinese
    sys.exit(main())

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
import hashlib
import json
import pathlib
import re
import sqlite3
import sys
import zipfile
import zlib


class Wrong(Exception):
    code = 1


class CannotCheck(Wrong):
    code = 2


def sha256(data):
    return hashlib.sha256(data).digest()


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
    h = int.from_bytes(hashlib.sha512(hashed).digest(), "little")
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
        if sha256(f"{name}\n".encode() + key)[:4].hex() != id or key[0] != 1 or len(key) != 33:
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
    """RFC 9162, section 2.1: the roots of the whole subtrees read so far, the largest first."""

    def __init__(self):
        self.size, self.roots = 0, []

    def append(self, level, root):
        place = self.size >> level
        self.size += 1 << level
        while place & 1:
            root = hashlib.sha256(b"\1" + self.roots.pop() + root).digest()
            place >>= 1
        self.roots.append(root)

    def root(self):
        root = self.roots[-1]
        for left in self.roots[-2::-1]:
            root = sha256(b"\1" + left + root)
        return root


class Chains:
    """The last step of each subject: the latest in memory, the rest in a temporary database."""

    def __init__(self, most=200_000):
        self.near, self.far, self.most = {}, None, most

    def last(self, subject):
        found = self.near.get(subject)
        if not found and self.far:
            found = self.far.execute("SELECT step, hash FROM head WHERE subject = ?", [subject])
            found = found.fetchone()
        return found or (0, b"")

    def set(self, subject, step, own_hash):
        self.near[subject] = step, own_hash
        if len(self.near) > self.most:
            if not self.far:
                self.far = sqlite3.connect("", isolation_level=None)
                self.far.execute("CREATE TABLE head (subject PRIMARY KEY, step, hash)")
            rows = [(subject, *last) for subject, last in self.near.items()]
            self.far.executemany("REPLACE INTO head VALUES (?, ?, ?)", rows)
            self.near.clear()


# --- The export ---------------------------------------------------------------------------------
def lines_of(folder, name):
    """Lines without their ends, be those of Unix or Windows."""
    with (folder / name).open("rb") as file:
        for line in file:
            if line[-1:] != b"\n":
                raise Wrong(f"{name}: 末尾被截断 / is cut off at its end")
            yield line[:-2] if line[-2:] == b"\r\n" else line[:-1]


def check_event(line, own_hash, step, subject, chains, may_begin_later):
    """Whether a line is this step of its subject and follows the last; its commitments.

    The parts of an event stand in the order of their names, and quotes inside of values are
    escaped: so the last `,"previous":"` and what follows are what they seem."""
    place = line.rfind(b',"previous":"')
    end, number = line[place + 13 :], int(step)
    last_step, last_hash = chains.last(subject)
    good = b',"sequence":' + step + b',"subject":"' + subject + b'","type":"' in end
    if last_step or number == 1 or not may_begin_later:
        good = good and number == last_step + 1 and end.startswith(last_hash + b'","reason":"')
    chains.set(subject, number, own_hash)
    return good, line[line.rfind(b'"personal":{', 0, place) : place]


def check_opening(opening, personal):
    content = f"{opening['salt']}:{opening['value']}".encode()
    return f'"{opening["field"]}":"{hashlib.sha256(content).hexdigest()}"'.encode() in personal


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


def check(folder, copies, own_keys):
    """Raises Wrong at the first thing that does not agree; else tells what was checked."""
    keys = read_keys(own_keys or (folder / "keys.txt").read_text("utf-8-sig").splitlines())
    points, whole = read_points(folder, copies, keys)
    tree, chains, events = Tree(), Chains(), lines_of(folder, "events.jsonl")
    openings = (json.loads(line.decode()) for line in lines_of(folder, "openings.jsonl"))
    opening, text, doubt, shown, opened, closed = next(openings, {}), b"", None, 0, 0, 0
    for line in lines_of(folder, "tree.txt"):
        kind, *parts = line.split(b" ", 3)
        if kind == b"event":
            text, (own_hash, step, subject), wrong = next(events, b""), parts, ""
            if hashlib.sha256(text).hexdigest().encode() != own_hash:
                wrong = "缺失或被改 / is missing or was changed"
            early = shown < tree.size
            good, personal = check_event(text, own_hash, step, subject, chains, early)
            if not good:
                wrong = wrong or "接不上前一步 / does not follow the step before"
            while opening.get("number") == tree.size:
                if not check_opening(opening, personal):
                    wrong = (
                        wrong or "内容不是当时记下的 / the content is not what was recorded then"
                    )
                opening, opened = next(openings, {}), opened + 1
            if wrong:
                raise Wrong(f"{named(tree.size, step, subject)}: {wrong}")
            shown, closed = shown + 1, closed + personal.count(b'":"')
            doubt = doubt or (tree.size, step, subject)
            tree.append(0, sha256(b"\0" + text))
        else:
            number, level, root = int(parts[0]), int(parts[1]), bytes.fromhex(parts[2].decode())
            if kind != b"hidden" or number != tree.size or number % (1 << level) or len(root) != 32:
                raise Wrong(f"tree.txt: 在第 {tree.size} 号断开 / breaks off at number {tree.size}")
            tree.append(level, root)
        if tree.size in points:
            for root, where in points.pop(tree.size):
                if root != tree.root():
                    name = named(*doubt) if doubt else "未列出的事件 / an event that is not shown"
                    raise Wrong(
                        f"与 {where} 不符，从这里起 / {where} does not agree, from here on: {name}"
                    )
            doubt = None
    left = [next(events, None), next(openings, None)]
    if tree.size != whole or left != [None, None] or opening != {"openings": opened}:
        raise Wrong("几个文件长短不合 / the files do not end together")
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
    return shown, tree.size - shown, closed - opened, keys


def named(number, step, subject):
    step, subject = int(step), subject.decode("utf-8", "replace")
    return f"第 {number} 号事件（{subject} 第 {step} 步） / event {number} ({subject}, step {step})"


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
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("export", nargs="?", default=pathlib.Path(__file__).resolve().parent)
    parser.add_argument("--copy", action="append", default=[], metavar="FILE")
    parser.add_argument("--key", action="append", default=[], metavar="KEY")
    given = parser.parse_args(arguments)
    try:
        shown, hidden, closed, keys = check(open_export(given.export), given.copy, given.key)
    except Wrong as error:
        print(f"✗ {error}")
        return error.code
    except (OSError, KeyError) as error:
        print(f"✗ 缺少或打不开文件 / a file is missing or cannot be opened: {error}")
        return 2
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, TypeError, IndexError) as error:
        print(f"✗ 文件损坏 / damaged: {error}")
        return 1
    print(f"✓ {shown} 个事件全部相符 / {shown} events, all agree")
    print(f"  未列出的其他事件 / other events, not shown: {hidden}")
    print(f"  已删除或不出示的内容 / values erased or withheld: {closed}")
    for name, id in keys:
        print(f"  公钥 / key: {name} {id}")
    if not given.copy:
        print("  没有与您手里的检查点比较：若密钥被盗，整本改写看不出来。请用 --copy。")
        print("  Not held against a checkpoint of your own: with a stolen key, a history rewritten")
        print("  as a whole would not be seen. Use --copy.")
    return 0


if __name__ == "__main__":
    gc.disable()  # nothing here goes in circles, and looking for it takes time
    sys.stdout.reconfigure(errors="replace")  # a console without Chinese
    sys.exit(main())

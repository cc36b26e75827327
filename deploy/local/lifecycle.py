"""From nothing to a running town, and back."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from deploy.local import checkout, stack, supervision, towns
from deploy.local.checkout import LOCAL, LocalError
from deploy.local.console import console, say, step
from deploy.provision import folder as town_folder
from deploy.provision.town import drop_town, provision


def have_town(town: str, folder: Path, replicas: int = 1, rules: str = "normal") -> bool:
    """Broker and database, the town provisioned and loaded, its services and edge running and ready.

    The rule set `rules` comes into force when the town is new; says whether it is. Raises LocalError, ProvisionError.
    """
    with step("broker and database 消息中间件与数据库"):
        stack.ensure(say)
    with step(f"provision {town} 准备环境"):
        done = provision(stack.servers(), town, towns.secrets_of(town), folder)
    if done.migrations:
        say(f"{len(done.migrations)} migrations, {done.queues} queues, {done.users} users")
    new = _load(town, folder, rules)
    with step(f"services and edge of {town} 启动各服务"):
        towns.start(town, replicas)
        towns.wait_ready(town)
    return new


def _load(town: str, folder: Path, rules: str) -> bool:
    secrets, known, now = towns.secrets_of(town), towns.state_of(town), _fingerprint(folder)
    new = "loaded" not in known
    if known.get("loaded") == now:
        return False
    with step(f"load {folder.name} 载入乡镇资料"):
        town_folder.load(secrets, town, folder, rules_file(folder, rules) if new else None)
    towns.note(town, loaded=now, folder=str(folder.resolve()))
    return new


def bring_into_force(town: str, rules: str) -> None:
    """Load a rule set of the town's folder into every service; what is under way keeps the limits it started with."""
    folder = towns.state_of(town).get("folder")
    if not folder:
        raise LocalError(f"{town} has not been loaded here: make up first")
    town_folder.for_all(towns.secrets_of(town), town, "load-rules", str(rules_file(Path(folder), rules)))


def rules_file(folder: Path, name: str) -> Path:
    """The file of a rule set. Raises LocalError."""
    path = (folder / "rules" / f"{name}.yaml").resolve()
    if not path.exists():
        known = ", ".join(sorted(p.stem for p in (folder / "rules").glob("*.yaml")))
        raise LocalError(f"there is no rule set {name!r} in {folder}: take one of {known}")
    return path


def drop(town: str) -> None:
    """Stop one town and delete what broker, database and this checkout hold of it."""
    if town not in towns.names():
        raise LocalError(f"there is no town {town!r} here; there are: {', '.join(towns.names()) or 'none'}")
    with step(f"drop {town} 删除"):
        stack.ensure(say)
        towns.forget(town)
        drop_town(stack.servers(), town)
        shutil.rmtree(towns.secrets_of(town).folder, ignore_errors=True)


def down() -> None:
    """Stop all processes of this checkout; data stays."""
    with step("stop everything 全部停止"):
        supervision.stop()


def reset() -> None:
    """Stop everything and delete all data: of a broker and database of others, the towns of this checkout only."""
    checkout.prepare()
    if not stack.is_private():
        for town in towns.names():
            drop(town)
    down()
    with step("delete data 删除数据"):
        if checkout.data() != LOCAL:
            shutil.rmtree(checkout.data(), ignore_errors=True)
        for path in LOCAL.iterdir():
            if path.name != "log":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    console.print("`make up` starts afresh 重新开始")


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(path.read_bytes())
    return digest.hexdigest()

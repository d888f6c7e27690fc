"""A package as pip would leave it in a folder that modules are imported from."""

from pathlib import Path


def put_package(
    folder: Path, name: str, code: str, points: dict[str, dict[str, str]], package: str = ""
) -> None:
    """Write a module and what its package registers: entry points by group and name."""
    package = package or name.replace("_", "-")
    (folder / f"{name}.py").write_text(code)
    info = folder / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "\n".join(
            f"[{group}]\n" + "\n".join(f"{key} = {value}" for key, value in entries.items())
            for group, entries in points.items()
        )
    )
